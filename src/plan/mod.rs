//! The information plan whose execution the station proves: what is to be told, in which forms, by whom, to whom reported.
//!
//! This file is the model, pure. `read` makes it from `schedules/plan.toml` and reports every problem with its place. Must
//! never hold a figure that the commune did not enter: the plan of 2025 sets none. Next: `read`.

pub mod read; // text to plan, with every problem

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

/// A plan of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What it is about, as printed.
    pub title: String,
    /// As printed, `12/KH-UBND`; `None` while it has none.
    pub number: Option<String>,
    /// The year in which it is carried out.
    pub year: i64,
    /// When it was signed.
    pub date: NaiveDate,
    /// Who made it.
    pub issuer: String,
    /// Who signed it.
    pub signer: Option<String>,
    /// The signer's office, as printed.
    pub signer_title: Option<String>,
    /// To whom it was sent, in its order.
    pub recipients: Vec<String>,
    /// The documents that it rests on.
    pub basis: Vec<Basis>,
    /// What is to be told, at least one.
    pub themes: Vec<Theme>,
    /// In which forms.
    pub forms: Vec<Form>,
    /// Who does what.
    pub tasks: Vec<Task>,
    /// Who reports what to whom.
    pub reports: Vec<Report>,
    /// What the commune has set itself; the plan may set nothing.
    pub targets: Vec<Target>,
}

/// A document that a plan rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// As printed.
    pub number: String,
    /// When it was signed.
    pub date: NaiveDate,
    /// Who made it.
    pub issuer: String,
    /// What it is about.
    pub subject: String,
}

/// A heading of what is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Theme {
    /// Unique in the plan, plain; stands in schedules, bulletins and the log.
    pub code: String,
    /// A short name.
    pub label: String,
    /// Word for word as in the plan.
    pub text: String,
}

/// A form in which it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// Unique in the plan, plain.
    pub code: String,
    /// A short name.
    pub label: String,
    /// Word for word as in the plan.
    pub text: String,
    /// Through what; none for what is done by hand.
    pub channels: Vec<Channel>,
    /// What of the airing log proves it, besides activities.
    pub proof: Vec<ProofKind>,
}

/// A way to the people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Unique in the plan, plain.
    pub code: String,
    /// As the plan calls it.
    pub label: String,
    /// Which way.
    pub kind: ChannelKind,
}

/// Kinds of channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// Heard.
    Audio,
    /// A page in a social network.
    Social,
    /// A web site.
    Web,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Unique in the plan, plain.
    pub code: String,
    /// By whom.
    pub who: String,
    /// Word for word as in the plan.
    pub text: String,
    /// What of the airing log proves it, besides activities.
    pub proof: Vec<ProofKind>,
}

/// What of the airing log proves that a form or a task was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// Airings of the plan's themes.
    Airings,
    /// Approved bulletins among them.
    Bulletins,
}

/// A duty to report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Unique in the plan, plain.
    pub code: String,
    /// When.
    pub kind: ReportKind,
    /// By whom.
    pub by: String,
    /// To whom.
    pub to: String,
    /// Word for word as in the plan.
    pub text: String,
}

/// When a report is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// Again and again.
    Periodic,
    /// When it is asked for.
    AdHoc,
}

/// How much the commune has set itself to do; at least one of the figures is there, and each is at least 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// A theme's code; all themes together when there is none.
    pub theme: Option<String>,
    /// The span in which it is to be reached.
    pub per: Per,
    /// Different bulletins aired.
    pub bulletins: Option<i64>,
    /// Airings.
    pub airings: Option<i64>,
    /// Minutes on the air.
    pub minutes: Option<i64>,
}

/// The span of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    /// Each calendar month.
    Month,
    /// Each quarter.
    Quarter,
    /// The year of the plan.
    Year,
}

impl Plan {
    /// The codes of its themes, in its order.
    pub fn theme_codes(&self) -> impl Iterator<Item = &str> {
        self.themes.iter().map(|theme| theme.code.as_str())
    }
}

/// An enum's word in files and exports.
macro_rules! words {
    ($($kind:ident { $($variant:ident = $word:literal,)+ })+) => {
        $(impl $kind {
            /// Its word in files and exports; never changes.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Every one with its word, in order.
            pub(crate) const WORDS: &[(&'static str, Self)] = &[$(($word, Self::$variant),)+];
        }

        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        })+
    };
}

words! {
    ChannelKind { Audio = "audio", Social = "social", Web = "web", }
    ProofKind { Airings = "airings", Bulletins = "bulletins", }
    ReportKind { Periodic = "periodic", AdHoc = "ad_hoc", }
    Per { Month = "month", Quarter = "quarter", Year = "year", }
}
