//! What of the log is sought, as the form of the page sends it: an address that can be kept, shared and gone back to.
//!
//! In: the query of an address. Out: what the store looks for, or what cannot be meant; the form with what was chosen; the same
//! query again for links. English names of the fields are taken too. Next: `table`.

use chrono::{Days, NaiveDate};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::super::super::answer::Refusal;
use super::super::super::part::form;
use super::super::super::visitor::Visitor;
use crate::airing::{Kind, Outcome, Reason};
use crate::calendar::start_of_day;
use crate::config::Config;
use crate::schedule::Schedule;
use crate::schedule::table::parse_date;
use crate::store::{Aired, Sought, Span};

/// The query of an address; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Asked {
    /// First day.
    #[serde(default, alias = "from", skip_serializing_if = "String::is_empty")]
    pub(super) tu: String,
    /// Last day, included.
    #[serde(default, alias = "to", skip_serializing_if = "String::is_empty")]
    pub(super) den: String,
    /// Programme.
    #[serde(default, alias = "programme", skip_serializing_if = "String::is_empty")]
    buoi: String,
    /// Outcome.
    #[serde(default, alias = "outcome", rename = "ket-qua", skip_serializing_if = "String::is_empty")]
    ket_qua: String,
    /// Reason.
    #[serde(default, alias = "reason", rename = "ly-do", skip_serializing_if = "String::is_empty")]
    ly_do: String,
    /// Kind.
    #[serde(default, alias = "kind", skip_serializing_if = "String::is_empty")]
    loai: String,
    /// Bulletin.
    #[serde(default, alias = "bulletin", rename = "tin-bai", skip_serializing_if = "String::is_empty")]
    tin_bai: String,
    /// Theme.
    #[serde(default, alias = "theme", rename = "noi-dung", skip_serializing_if = "String::is_empty")]
    noi_dung: String,
    /// Zone.
    #[serde(default, alias = "zone", rename = "cum-loa", skip_serializing_if = "String::is_empty")]
    cum_loa: String,
    /// Words of the title.
    #[serde(default, alias = "words", skip_serializing_if = "String::is_empty")]
    tim: String,
    /// `real` or `rehearsals`; both if empty.
    #[serde(default, alias = "aired", skip_serializing_if = "String::is_empty")]
    phat: String,
    /// Only rows with notes or corrections.
    #[serde(default, alias = "remarked", rename = "ghi-chu", skip_serializing_if = "String::is_empty")]
    ghi_chu: String,
    /// The row after which to go on.
    #[serde(default, alias = "after", skip_serializing_if = "Option::is_none")]
    pub(super) sau: Option<i64>,
    /// Form of a download: csv, json, xlsx.
    #[serde(default, alias = "format", skip_serializing_if = "String::is_empty")]
    pub(super) dang: String,
}

impl Asked {
    /// The same query as it stands in an address, from another row on, or as a download.
    pub(super) fn link(&self, path: &str, sau: Option<i64>, dang: &str) -> String {
        let query =
            serde_urlencoded::to_string(Self { sau, dang: dang.to_owned(), ..self.clone() }).unwrap_or_default();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Whether only days are asked for, so that all rows of them are meant.
    pub(super) fn is_only_days(&self) -> bool {
        let (tu, den) = (self.tu.clone(), self.den.clone());
        Self { sau: None, dang: String::new(), ..self.clone() } == Self { tu, den, ..Self::default() }
    }

    /// Whether anything is asked for.
    pub(super) fn is_any(&self) -> bool {
        Self { sau: None, ..self.clone() } != Self::default()
    }

    /// What the store is to look for; the error names each field that makes no sense.
    pub(super) fn sought(&self, config: &Config, visitor: &Visitor) -> Result<Sought, Refusal> {
        let language = visitor.language();
        let mut wrong = Refusal::wrong(language.pick("không hiểu điều kiện tìm", "the filter makes no sense"));
        let mut bad = |field: &str, what: &str| {
            let told = match language {
                crate::language::Language::Vi => format!("“{what}” không dùng được ở ô {field}"),
                crate::language::Language::En => format!("`{what}` cannot be used for {field}"),
            };
            wrong = wrong.clone().at(field, told);
        };
        let day = |text: &str| parse_date(text);
        for (field, text, is_good) in [
            ("tu", &self.tu, day(&self.tu).is_some()),
            ("den", &self.den, day(&self.den).is_some()),
            ("ket-qua", &self.ket_qua, Outcome::from_word(&self.ket_qua).is_some()),
            ("ly-do", &self.ly_do, Reason::from_word(&self.ly_do).is_some()),
            ("loai", &self.loai, Kind::from_word(&self.loai).is_some()),
            ("tin-bai", &self.tin_bai, self.tin_bai.trim().parse::<i64>().is_ok()),
            ("phat", &self.phat, ["real", "rehearsals"].contains(&&*self.phat)),
        ] {
            if !text.is_empty() && !is_good {
                bad(field, text);
            }
        }
        if !wrong.fields.is_empty() {
            return Err(wrong);
        }
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Sought {
            span: span(config, day(&self.tu), day(&self.den)),
            programme: some(&self.buoi),
            outcome: Outcome::from_word(&self.ket_qua),
            reason: Reason::from_word(&self.ly_do),
            kind: Kind::from_word(&self.loai),
            bulletin: self.tin_bai.trim().parse().ok(),
            theme: some(&self.noi_dung),
            zone: some(&self.cum_loa),
            words: some(&self.tim),
            aired: match &*self.phat {
                "real" => Aired::Real,
                "rehearsals" => Aired::Rehearsals,
                _ => Aired::Both,
            },
            remarked: !self.ghi_chu.is_empty(),
        })
    }

    /// The form, filled in with what was chosen.
    pub(super) fn form(&self, config: &Config, schedule: &Schedule, visitor: &Visitor) -> Markup {
        let language = visitor.language();
        let any = (String::new(), language.pick("Tất cả", "All").to_owned());
        let programmes = schedule.programmes.iter().map(|each| (each.id.clone(), each.title.clone())).collect();
        let outcomes = words(Outcome::ALL, |each| (each.as_str(), language.outcome(each)));
        let reasons = words(Reason::ALL, |each| (each.as_str(), language.reason(each)));
        let kinds = words(Kind::ALL, |each| (each.as_str(), language.kind(each)));
        let themes = schedule.theme_codes().into_iter().map(|code| (code.to_owned(), code.to_owned())).collect();
        let real = [("real", "Phát thật", "Real airings"), ("rehearsals", "Diễn tập", "Rehearsals")];
        let real = real.map(|(value, vi, en)| (value.to_owned(), language.pick(vi, en).to_owned())).to_vec();
        let choice = |name: &str, label: &str, options: Vec<(String, String)>, chosen: &str| {
            let mut all = vec![any.clone()];
            all.extend(options);
            // A programme or zone of former days stays chosen.
            if !all.iter().any(|(value, _)| value == chosen) {
                all.push((chosen.to_owned(), chosen.to_owned()));
            }
            form::choice(name, label, &all, chosen, None)
        };
        let date = |name: &str, label: &str, value: &str| {
            form::field(name, label, None, &html! { input type="date" id=(name) name=(name) value=(value); })
        };
        let seldom = [
            &self.buoi,
            &self.ly_do,
            &self.loai,
            &self.tin_bai,
            &self.noi_dung,
            &self.cum_loa,
            &self.phat,
            &self.ghi_chu,
        ];
        html! {
            form .card method="get" action="/nhat-ky" role="search" {
                div .filters {
                    (date("tu", language.pick("Từ ngày", "From"), &self.tu))
                    (date("den", language.pick("Đến hết ngày", "To"), &self.den))
                    (form::text("tim", language.pick("Tìm trong tên (gõ không dấu cũng được)", "Words of the title"), &self.tim, None, false))
                    (choice("ket-qua", language.pick("Kết quả", "Outcome"), outcomes, &self.ket_qua))
                }
                details open[seldom.iter().any(|text| !text.is_empty())] {
                    summary { (language.pick("Thêm điều kiện", "More filters")) }
                    div .filters {
                        (choice("buoi", language.pick("Buổi phát", "Programme"), programmes, &self.buoi))
                        (choice("ly-do", language.pick("Lý do", "Reason"), reasons, &self.ly_do))
                        (choice("loai", language.pick("Loại", "Kind"), kinds, &self.loai))
                        (form::text("tin-bai", language.pick("Tin bài số", "Bulletin"), &self.tin_bai, None, false))
                        (choice("noi-dung", language.pick("Nội dung", "Theme"), themes, &self.noi_dung))
                        (choice("cum-loa", language.pick("Cụm loa", "Zone"), config.zone_names(), &self.cum_loa))
                        (choice("phat", language.pick("Phát thật hay diễn tập", "Real or rehearsal"), real, &self.phat))
                        (form::tick("ghi-chu", language.pick("Chỉ dòng có ghi chú hoặc đính chính", "Only with notes or corrections"), !self.ghi_chu.is_empty(), None))
                    }
                }
                p .row {
                    button .primary { (language.pick("Xem", "Show")) }
                    @if self.is_any() { a .button href="/nhat-ky" { (language.pick("Bỏ điều kiện", "Clear")) } }
                }
            }
        }
    }
}

/// Days of the station as instants.
pub(super) fn span(config: &Config, first: Option<NaiveDate>, last: Option<NaiveDate>) -> Span {
    let begin = |day| start_of_day(config.station.timezone, day);
    Span { from: first.map(begin), to: last.map(|day| begin(day.checked_add_days(Days::new(1)).unwrap_or(day))) }
}

fn words<T: Copy>(all: &[T], word: impl Fn(T) -> (&'static str, &'static str)) -> Vec<(String, String)> {
    all.iter().map(|each| word(*each)).map(|(value, label)| (value.to_owned(), label.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_back_from_its_link_and_english_names_are_the_same() {
        let asked: Asked =
            serde_urlencoded::from_str("tu=2025-03-01&ket-qua=aired&tim=hoa+giai&ghi-chu=1&sau=7").unwrap();
        let link = asked.link("/nhat-ky", asked.sau, "");
        let (_, query) = link.split_once('?').unwrap();
        assert_eq!(serde_urlencoded::from_str::<Asked>(query).unwrap(), asked);
        let english: Asked =
            serde_urlencoded::from_str("from=2025-03-01&outcome=aired&words=hoa+giai&remarked=1&after=7").unwrap();
        assert_eq!(english, asked);
        assert!(!asked.is_only_days());
        assert_eq!(Asked::default().link("/nhat-ky", None, ""), "/nhat-ky");
    }
}
