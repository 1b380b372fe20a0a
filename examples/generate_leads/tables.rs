//! What the sample is made of.

/// A name with how well it fits (0 to 3), and how often it is met.
pub(crate) type Fitting = ((&'static str, u32), u32);

pub(crate) const TITLES: [Fitting; 16] = [
    (("Chief Operating Officer", 3), 4),
    (("Chief Information Officer", 3), 4),
    (("VP Operations", 3), 6),
    (("VP Finance", 2), 4),
    (("Head of Operations", 3), 9),
    (("Head of IT", 2), 8),
    (("Director of Process Excellence", 3), 4),
    (("Operations Manager", 2), 12),
    (("IT Manager", 2), 10),
    (("Project Manager", 1), 9),
    (("Business Analyst", 1), 9),
    (("Process Engineer", 1), 6),
    (("Consultant", 0), 5),
    (("Office Assistant", 0), 4),
    (("Intern", 0), 2),
    (("Student", 0), 4),
];
pub(crate) const INDUSTRIES: [Fitting; 10] = [
    (("manufacturing", 3), 20),
    (("logistics", 3), 14),
    (("financial services", 2), 10),
    (("healthcare", 2), 9),
    (("software", 2), 13),
    (("retail", 1), 10),
    (("professional services", 1), 10),
    (("construction", 1), 5),
    (("education", 0), 5),
    (("public sector", 0), 4),
];
/// From, to, how well it fits, how often.
pub(crate) const SIZES: [((u32, u32, u32), u32); 6] = [
    ((1, 9, 0), 14),
    ((10, 49, 1), 22),
    ((50, 199, 2), 24),
    ((200, 999, 3), 22),
    ((1_000, 4_999, 3), 12),
    ((5_000, 40_000, 2), 6),
];
pub(crate) const COUNTRIES: [Fitting; 12] = [
    (("Germany", 3), 30),
    (("Austria", 3), 8),
    (("Switzerland", 3), 8),
    (("United Kingdom", 2), 12),
    (("Netherlands", 2), 8),
    (("France", 2), 7),
    (("Sweden", 2), 4),
    (("Poland", 1), 5),
    (("United States", 1), 10),
    (("India", 0), 4),
    (("Brazil", 0), 2),
    (("Japan", 0), 2),
];
// Words, of which each is met as often as it stands here.
pub(crate) const NAMES: &str = "anna ben clara david elif felix greta henk ines jonas karin luca marie nils olga priya rosa vera";
pub(crate) const FAMILIES: &str = "albrecht bauer costa dekker eriksson fischer graf huber ito jansen keller lindt moreau nowak \
    okafor patel rossi smith taylor weber";
pub(crate) const FIRST_HALVES: &str = "Alder Birch Cinder Delta Elbe Falken Garnet Harbour Iller Juniper Kestrel Linden Morgen \
    Norden Orchard Pioneer Quarz Rhein";
pub(crate) const SECOND_HALVES: &str =
    "Werke Logistics Group Group Systems Partners Trading Supply Holding Technik Services";
pub(crate) const RIVALS: &str = "Flowmatic Flowmatic Processa Processa Stepwise";
pub(crate) const PRODUCTS: &str = "flow flow flow insight insight connect";
pub(crate) const CHANNELS: &str = "search search search direct direct ads ads social partner";
pub(crate) const PAPERS: &str =
    "roi-guide roi-guide automation-checklist security-whitepaper buyers-guide case-study-elbe";
pub(crate) const POSTS: &str = "first-process approvals-without-mail audit-trail month-end-close";
pub(crate) const TAGS: &str = "event event event referral referral partner press vip";
