//! What may stand between the braces of a template, each word once.
//!
//! In: nothing; these are nouns. Out: names of values, tables and appendices as officers write them, and what each is. They
//! are part of the files of stations: a name never changes its meaning. Pure. Next: `line`.

/// Makes an enum whose variants are names in templates.
macro_rules! values {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// A value inside a line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Value { $($(#[$doc])* $variant,)+ }

        impl Value {
            /// Every one with its name.
            pub const ALL: &[(&'static str, Self)] = &[$(($word, Self::$variant),)+];
        }
    };
}

values! {
    /// `6 tháng đầu năm 2025`.
    Period = "period",
    /// `từ ngày 15/12/2024 đến ngày 14/06/2025`.
    Window = "window",
    /// `15/12/2024`.
    From = "from",
    /// `14/06/2025`.
    Until = "until",
    /// The year of the plan; without a plan that of the last day.
    Year = "year",
    /// `UBND xã Thanh Đa`.
    Issuer = "issuer",
    /// `xã Thanh Đa`.
    Commune = "commune",
    /// Names of the station in the rows of the period.
    Station = "station",
    /// What the plan rests on, and the plan, each with number and date.
    Basis = "basis",
    /// The plan with number and date.
    Plan = "plan",
    /// The plan's airings that count.
    Airings = "airings",
    /// Their minutes.
    Minutes = "minutes",
    /// Airings of everything else.
    OtherAirings = "other_airings",
    /// Their minutes.
    OtherMinutes = "other_minutes",
    /// Different bulletins with an approval.
    Bulletins = "bulletins",
    /// Different bulletins without any.
    Unapproved = "unapproved",
    /// Occurrences of programmes with an airing that counts.
    Sessions = "sessions",
    /// Zones of the settings.
    Zones = "zones",
    /// Their loudspeakers; a place to fill in unless the settings tell those of every zone.
    Speakers = "speakers",
    /// Zones that were broken at any time of the period.
    BrokenZones = "zones_broken",
    /// Themes of the plan.
    Themes = "themes",
    /// Those with an airing that counts.
    ThemesAired = "themes_aired",
    /// Codes of those without.
    ThemesMissing = "themes_missing",
    /// Airings that programmes planned.
    Planned = "planned",
    /// Those that sounded to their end.
    AiredWhole = "aired_whole",
    /// Those that sounded in part.
    Partly = "partly",
    /// Those without any sound.
    NotAired = "not_aired",
    /// Airings outside of programmes.
    Extra = "extra",
    /// Rehearsals, counted nowhere.
    Rehearsals = "rehearsals",
    /// Activities besides the air.
    Activities = "activities",
    /// Postings among them.
    Postings = "postings",
}

/// Pages behind the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appendix {
    /// Tables that have no place in the body.
    Tables,
    /// The airings of the period.
    Log,
    /// How far the plan is carried out.
    Status,
}

impl Appendix {
    /// Every one with its name, in the order of the shipped template.
    pub const ALL: [(&'static str, Self); 3] = [("tables", Self::Tables), ("log", Self::Log), ("status", Self::Status)];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Log => "log",
            Self::Status => "status",
        }
    }
}

/// Ids of the tables.
pub const TABLES: &[&str] = &[
    "themes",
    "months",
    "zones",
    "channels",
    "bulletins",
    "activities",
    "other_themes",
    "matrix",
    "programmes",
    "reconciliation",
    "shortfalls",
    "targets",
];

/// What needs a line of its own, besides tables and appendices.
pub(super) const ALONE: [&str; 5] = ["chart", "documents", "assignments", "since_plan", "broken_zones"];
