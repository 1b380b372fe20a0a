use crate::score::{Explanation, Formula, Label, Role, Unit};

/// What an evaluation leaves behind: nothing while scoring, a tree while explaining. One evaluation serves both.
pub(crate) trait Trace {
    /// A node of the tree.
    type Node;
    /// Whether a tree is made at all.
    const ON: bool;

    fn node(
        label: impl FnOnce() -> Label,
        value: Option<f64>,
        what: impl FnOnce() -> (Unit, Formula, Role),
        parts: Vec<Self::Node>,
    ) -> Self::Node;

    /// The node as a mere step under another name.
    fn relabelled(node: Self::Node, label: &'static str) -> Self::Node;
}

/// Makes no tree; its nodes take no space, so that vectors of them never allocate.
pub(crate) struct Off;

/// Makes a tree.
pub(crate) struct On;

impl Trace for Off {
    type Node = ();
    const ON: bool = false;

    #[inline]
    fn node(
        _: impl FnOnce() -> Label,
        _: Option<f64>,
        _: impl FnOnce() -> (Unit, Formula, Role),
        _: Vec<()>,
    ) {
    }

    fn relabelled((): (), _: &'static str) {}
}

impl Trace for On {
    type Node = Explanation;
    const ON: bool = true;

    fn node(
        label: impl FnOnce() -> Label,
        value: Option<f64>,
        what: impl FnOnce() -> (Unit, Formula, Role),
        parts: Vec<Explanation>,
    ) -> Explanation {
        let (unit, formula, role) = what();
        Explanation::traced(label(), unit, value, formula, parts).role(role)
    }

    fn relabelled(node: Explanation, label: &'static str) -> Explanation {
        node.labelled(label).role(Role::Step)
    }
}
