use super::due::DueSpec;
use super::spec::{ChecklistSpec, QuestionSpec};

/// Known checklists. Each is an ordinary spec: change its questions, weights and bands, or write it to a file and go
/// on from there.
impl ChecklistSpec {
    /// BANT: budget, authority, need and timeframe; qualified when three of the four are met.
    ///
    /// | question | answers and what they are worth |
    /// | --- | --- |
    /// | `budget` | an amount: `amount / price`, at most 1; yes 1, no 0 |
    /// | `authority` | `decision_maker` 1, `influencer` 0.6, `user` 0.3, `none` 0 |
    /// | `need` | `critical` 1, `important` 0.7, `nice_to_have` 0.3, `none` 0 |
    /// | `timeframe` | the date of the decision: within 30 days 1, 90 days 0.8, 180 days 0.5, a year 0.2, later 0; past 0 |
    ///
    /// The price is what is asked for the offer, in the currency of the budgets.
    ///
    /// # References
    /// The four letters are IBM's; the numbers behind need and timeframe are this library's and made to be changed.
    #[must_use]
    pub fn bant(price: f64) -> Self {
        Self::new("bant")
            .question(budget("budget", price))
            .question(authority())
            .question(
                QuestionSpec::new("need")
                    .ask("How much does it cost you to leave things as they are?")
                    .level("critical", 1.0)
                    .level("important", 0.7)
                    .level("nice_to_have", 0.3)
                    .level("none", 0.0),
            )
            .question(
                QuestionSpec::new("timeframe")
                    .ask("By when do you want to have decided?")
                    .due(DueSpec::new([
                        ("30d", 1.0),
                        ("90d", 0.8),
                        ("180d", 0.5),
                        ("365d", 0.2),
                    ])),
            )
    }

    /// CHAMP: challenges, authority, money and prioritization; qualified when three of the four are met.
    ///
    /// The same sorts of questions as in [`bant`](ChecklistSpec::bant), the customer's challenge first and with twice
    /// the weight of the others.
    ///
    /// | question | answers and what they are worth |
    /// | --- | --- |
    /// | `challenges` | `critical` 1, `important` 0.7, `minor` 0.3, `none` 0 |
    /// | `authority` | `decision_maker` 1, `influencer` 0.6, `user` 0.3, `none` 0 |
    /// | `money` | an amount: `amount / price`, at most 1; yes 1, no 0 |
    /// | `prioritization` | `top` 1, `high` 0.7, `medium` 0.4, `low` 0.1, `none` 0 |
    ///
    /// # References
    /// The letters are `InsightSquared`'s; the numbers are this library's and made to be changed.
    #[must_use]
    pub fn champ(price: f64) -> Self {
        Self::new("champ")
            .question(
                QuestionSpec::new("challenges")
                    .ask("What keeps you from reaching your goals?")
                    .weight(2.0)
                    .level("critical", 1.0)
                    .level("important", 0.7)
                    .level("minor", 0.3)
                    .level("none", 0.0),
            )
            .question(authority())
            .question(budget("money", price))
            .question(
                QuestionSpec::new("prioritization")
                    .ask("Where does this stand among your priorities?")
                    .level("top", 1.0)
                    .level("high", 0.7)
                    .level("medium", 0.4)
                    .level("low", 0.1)
                    .level("none", 0.0),
            )
    }

    /// MEDDIC: metrics, economic buyer, decision criteria, decision process, pain and champion; qualified when five of
    /// the six are met.
    ///
    /// Every question takes `confirmed` or yes (1), `partly` (0.5), and `none` or no (0).
    ///
    /// # References
    /// The letters are those of PTC's sales organisation; the numbers are this library's and made to be changed.
    #[must_use]
    pub fn meddic() -> Self {
        let ask = [
            ("metrics", "Which figures will show that it pays?"),
            (
                "economic_buyer",
                "Who can release the money, and have we met?",
            ),
            ("decision_criteria", "By which criteria will you choose?"),
            (
                "decision_process",
                "Which steps lead to a signature, and who takes them?",
            ),
            ("identify_pain", "What hurts, and whom?"),
            ("champion", "Who inside wants us to win?"),
        ];
        ask.into_iter()
            .fold(Self::new("meddic"), |spec, (name, text)| {
                spec.question(
                    QuestionSpec::new(name)
                        .ask(text)
                        .level("confirmed", 1.0)
                        .level("partly", 0.5)
                        .level("none", 0.0)
                        .yes(1.0)
                        .no(0.0),
                )
            })
    }
}

fn budget(name: &str, price: f64) -> QuestionSpec {
    QuestionSpec::new(name)
        .ask("Which budget has been set aside for this?")
        .price(price)
        .yes(1.0)
        .no(0.0)
}

fn authority() -> QuestionSpec {
    QuestionSpec::new("authority")
        .ask("Who decides, and what is your part in it?")
        .level("decision_maker", 1.0)
        .level("influencer", 0.6)
        .level("user", 0.3)
        .level("none", 0.0)
}
