//! What a form or a program sent: fields with words in them.
//!
//! In: the body of a request, a form or JSON. Out: its fields; a name may come several times, or as an array. What was left
//! empty was not sent. Next: `record`.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use chrono::NaiveDate;
use serde_json::Value;

use super::super::super::answer::Refusal;
use super::super::super::visitor::Visitor;
use crate::language::Language;
use crate::schedule::table::parse_date;

/// As much as the gate lets through.
const MOST_BYTES: usize = 2 << 20;

/// Fields in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// A field that was filled in.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(each, value)| each == name && !value.trim().is_empty()).map(|(_, value)| value.trim())
    }

    /// The same as its own text.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.one(name).map(str::to_owned)
    }

    /// All of a name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let named = self.0.iter().filter(|(each, value)| each == name && !value.trim().is_empty());
        named.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// A day, as browsers send it or as people type it; what is no day joins the faults.
    pub(super) fn day(&self, name: &str, language: Language, faults: &mut Vec<(String, String)>) -> Option<NaiveDate> {
        let text = self.one(name)?;
        let day = parse_date(text).or_else(|| NaiveDate::parse_from_str(text, "%d/%m/%Y").ok());
        if day.is_none() {
            let why = language.pick("hãy ghi ngày như 24/11/2026", "write a day as 2026-11-24");
            faults.push((name.to_owned(), why.to_owned()));
        }
        day
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let language = request.extensions().get::<Visitor>().map_or(Language::Vi, Visitor::language);
        let is_json =
            request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let unreadable =
            || Refusal::wrong(language.pick("không đọc được nội dung gửi lên", "what was sent cannot be read"));
        let bytes = to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| unreadable())?;
        if is_json {
            return serde_json::from_slice(&bytes).map(|object| Self(fields(&object))).map_err(|_| unreadable());
        }
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|_| unreadable())
    }
}

fn fields(object: &Value) -> Vec<(String, String)> {
    let word = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("1".to_owned()),
        _ => None,
    };
    let mut fields = Vec::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        match value {
            Value::Array(values) => fields.extend(values.iter().filter_map(word).map(|text| (name.clone(), text))),
            value => fields.extend(word(value).map(|text| (name.clone(), text))),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_forms_are_the_same_fields() {
        let form: Vec<(String, String)> =
            serde_urlencoded::from_str("title=Tin&themes=ND1&themes=ND3&times=2&zones=").unwrap();
        let json = serde_json::json!({"title": "Tin", "themes": ["ND1", "ND3"], "times": 2, "zones": null});
        let (form, json) = (Sent(form), Sent(fields(&json)));
        for sent in [&form, &json] {
            assert_eq!(
                (sent.one("title"), sent.all("themes"), sent.one("times")),
                (Some("Tin"), vec!["ND1".into(), "ND3".into()], Some("2"))
            );
            assert_eq!((sent.one("zones"), sent.one("author")), (None, None));
        }
    }

    #[test]
    fn a_day_is_read_as_browsers_and_as_people_write_it() {
        let sent = Sent::of(vec![
            ("a".into(), "2026-11-24".into()),
            ("b".into(), "24/11/2026".into()),
            ("c".into(), "mai".into()),
        ]);
        let mut faults = Vec::new();
        let mut day = |name| sent.day(name, Language::Vi, &mut faults);
        assert!(day("a").is_some() && day("a") == day("b") && day("c").is_none());
        assert_eq!(faults[0].0, "c");
    }
}
