//! Who issues a report: the head, the addressees, the recipients and the signer, as they are on a day.
//!
//! In: the entries of the settings; where none is in force, the station's own names and the plan. Out: one issuer. On 1 July
//! 2025 communes merged and districts ended, so that one plan year has two of them. Must never decide for a row: those keep
//! the names of their own day. Pure. Next: `template`.

use chrono::NaiveDate;

use crate::plan::Plan;

/// `BC-UBND`: a report of a People's Committee.
pub const DEFAULT_SYMBOL: &str = "BC-UBND";

/// The first of the recipients of a report that goes to a higher body (Nghị định 30/2020/NĐ-CP, phụ lục I, II.9b).
const AS_ABOVE: &str = "Như trên";

/// The last of the recipients: the file of the registry.
const ON_FILE: &str = "Lưu: VT";

/// What the documents of a commune are headed with.
const COMMITTEE: &str = "ỦY BAN NHÂN DÂN";

/// In whose name a deputy or the chair signs.
const ON_BEHALF: &str = "TM. ỦY BAN NHÂN DÂN";

/// A body that issues reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The body above, on a line of its own; most communes print none.
    pub superior: Option<String>,
    /// Line by line, at least one.
    pub authority: Vec<String>,
    /// `xã Thanh Đa`, as in the middle of a sentence.
    pub commune: String,
    /// In the line of the date; empty when the station has told none.
    pub place: String,
    /// Behind the number, `BC-UBND`.
    pub symbol: String,
    /// To whom the report goes; may be empty.
    pub addressees: Vec<String>,
    /// To whom copies go, in order, without dashes and ends.
    pub recipients: Vec<String>,
    /// Above the signature.
    pub signer_lines: Vec<String>,
    /// Below it; empty when it is left to be written.
    pub signer_name: String,
}

/// An issuer of the settings and its first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// `None` is from the beginning; only the first has none.
    pub from: Option<NaiveDate>,
    /// From then on.
    pub issuer: Issuer,
}

/// The one in force on a day, of entries in order of their first days.
#[must_use]
pub fn on(issuers: &[Dated], day: NaiveDate) -> Option<&Issuer> {
    issuers.iter().rev().find(|each| each.from.is_none_or(|from| from <= day)).map(|each| &each.issuer)
}

/// What is known of an issuer that the settings do not name.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The station's name on that day.
    pub station: &'a str,
    /// Who runs it.
    pub authority: Option<&'a str>,
    /// Where it is.
    pub place: Option<&'a str>,
    /// The information plan, if there is one.
    pub plan: Option<&'a Plan>,
}

impl Issuer {
    /// From the station's names and the plan.
    #[must_use]
    pub fn of(known: Known<'_>) -> Self {
        let plan = known.plan;
        let addressees = plan.map(addressees).unwrap_or_default();
        let (signer_lines, signer_name) = plan.map(signer).unwrap_or_default();
        Self {
            superior: None,
            authority: head(known.authority.unwrap_or(known.station)),
            commune: commune(&known),
            place: known.place.unwrap_or_default().to_owned(),
            symbol: DEFAULT_SYMBOL.to_owned(),
            recipients: recipients(plan, &addressees),
            addressees,
            signer_lines,
            signer_name,
        }
    }
}

/// `ỦY BAN NHÂN DÂN XÃ THANH ĐA` on two lines, as documents have it; everything else on one.
fn head(authority: &str) -> Vec<String> {
    let upper = authority.to_uppercase();
    match upper.strip_prefix(COMMITTEE).map(str::trim).filter(|rest| !rest.is_empty()) {
        Some(rest) => vec![COMMITTEE.to_owned(), rest.to_owned()],
        None => vec![upper],
    }
}

/// `xã Thanh Đa`: of the station's own names, else of the plan, which is older than a merger.
fn commune(known: &Known<'_>) -> String {
    let own = known.authority.zip(known.place).and_then(|(authority, place)| {
        let upper = authority.to_uppercase();
        let kind = upper.strip_prefix(COMMITTEE)?.trim().strip_suffix(&place.to_uppercase())?.trim().to_lowercase();
        (!kind.is_empty()).then(|| format!("{kind} {place}"))
    });
    let of_plan = || known.plan.and_then(|plan| plan.issuer.strip_prefix("UBND ")).map(str::to_owned);
    own.or_else(of_plan).unwrap_or_else(|| known.place.unwrap_or(known.station).to_owned())
}

/// To whom the plan asks to report, each once.
fn addressees(plan: &Plan) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for report in &plan.reports {
        if !found.contains(&report.to) {
            found.push(report.to.clone());
        }
    }
    found
}

/// Those of the plan that are no addressees; the registry last.
fn recipients(plan: Option<&Plan>, addressees: &[String]) -> Vec<String> {
    let of_plan = plan.iter().flat_map(|plan| &plan.recipients);
    let others = of_plan.filter(|each| !addressees.contains(each) && !each.starts_with("Lưu"));
    let filed = plan.and_then(|plan| plan.recipients.iter().find(|each| each.starts_with("Lưu")).cloned());
    let first = std::iter::once(AS_ABOVE.to_owned());
    first.chain(others.cloned()).chain([filed.unwrap_or_else(|| ON_FILE.to_owned())]).collect()
}

/// A deputy signs for the chair, in full form; whoever wants none of the lines writes an issuer into the settings.
fn signer(plan: &Plan) -> (Vec<String>, String) {
    let name = plan.signer.clone().unwrap_or_default();
    let Some(title) = plan.signer_title.as_deref().map(str::to_uppercase) else { return (Vec::new(), name) };
    let mut lines = vec![ON_BEHALF.to_owned()];
    if let Some(chair) = title.strip_prefix("PHÓ ") {
        lines.push(format!("KT. {chair}"));
    }
    lines.push(title);
    (lines, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::read::read;
    use crate::schedule::text::Source;

    #[test]
    fn what_the_settings_do_not_say_the_plan_does() {
        let source = Source::decode("plan.toml", include_bytes!("../../schedules/plan.toml")).unwrap();
        let plan = read(&source).plan.unwrap();
        let known = Known {
            station: "Đài truyền thanh xã Thanh Đa",
            authority: Some("Ủy ban nhân dân xã Thanh Đa"),
            place: Some("Thanh Đa"),
            plan: Some(&plan),
        };
        let issuer = Issuer::of(known);
        assert_eq!(issuer.authority, ["ỦY BAN NHÂN DÂN", "XÃ THANH ĐA"]);
        assert_eq!((issuer.commune.as_str(), issuer.place.as_str()), ("xã Thanh Đa", "Thanh Đa"));
        assert_eq!(issuer.addressees, ["Phòng Nội vụ"]);
        assert_eq!(issuer.recipients, ["Như trên", "Phòng VH TT", "Các CB, CC", "Lưu: VT"]);
        assert_eq!(issuer.signer_lines, ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]);
        assert_eq!(issuer.signer_name, "Đỗ Bá Khang");

        // The plan was made by the commune that has merged since.
        let merged =
            Issuer::of(Known {
                authority: Some("ỦY BAN NHÂN DÂN XÃ HÁT MÔN"), place: Some("Hát Môn"), ..known
            });
        assert_eq!((merged.commune.as_str(), &*merged.authority[1]), ("xã Hát Môn", "XÃ HÁT MÔN"));
        let unlike = Issuer::of(Known { authority: Some("Trung tâm"), ..known });
        assert_eq!((unlike.commune.as_str(), &*unlike.authority), ("xã Thanh Đa", &["TRUNG TÂM".to_owned()][..]));

        let bare = Issuer::of(Known { station: "Đài A", authority: None, place: None, plan: None });
        assert_eq!((bare.authority, bare.commune), (vec!["ĐÀI A".to_owned()], "Đài A".to_owned()));
        assert_eq!(bare.recipients, ["Như trên", "Lưu: VT"]);
        assert!(bare.addressees.is_empty() && bare.signer_lines.is_empty());
    }

    #[test]
    fn the_last_that_has_begun_is_in_force() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let known = Known { station: "Đài", authority: None, place: None, plan: None };
        let dated = |from: Option<&str>, commune: &str| Dated {
            from: from.map(day),
            issuer: Issuer { commune: commune.to_owned(), ..Issuer::of(known) },
        };
        let two = [dated(None, "xã Thanh Đa"), dated(Some("2025-07-01"), "xã Hát Môn")];
        let named = |issuers: &[Dated], text| on(issuers, day(text)).map(|issuer| issuer.commune.clone());
        assert_eq!(named(&two, "2025-06-30").as_deref(), Some("xã Thanh Đa"));
        assert_eq!(named(&two, "2025-07-01").as_deref(), Some("xã Hát Môn"));
        assert_eq!(named(&two[1..], "2025-06-30"), None);
    }
}
