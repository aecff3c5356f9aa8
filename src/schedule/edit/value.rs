//! Values as files write them.
//!
//! In: what a key is to say, and how the file wrote it before. Out: TOML. Quotes stay of the kind that the file uses where
//! they can. Pure. Next: `keys`.

use std::fmt::Write as _;

use toml_edit::{Array, InlineTable};

/// What a key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, a day, a span of time.
    Text(String),
    /// A number.
    Number(i64),
    /// A list of texts.
    Texts(Vec<String>),
    /// What may be drawn from the queue: themes, and the longest time together as `15m`.
    Queue(Vec<String>, String),
}

impl Value {
    /// As TOML; `before` is what stood there.
    pub(super) fn written(&self, before: Option<&str>) -> String {
        match self {
            Self::Text(text) => quoted(text, before.is_some_and(is_literal)),
            Self::Number(number) => number.to_string(),
            Self::Texts(texts) => texts.iter().collect::<Array>().to_string(),
            Self::Queue(themes, up_to) => {
                let mut table = InlineTable::new();
                if !themes.is_empty() {
                    table.insert("themes", toml_edit::Value::Array(themes.iter().collect()));
                }
                table.insert("up_to", up_to.as_str().into());
                table.to_string()
            }
        }
    }
}

fn is_literal(before: &str) -> bool {
    before.starts_with('\'') && !before.starts_with("'''")
}

fn quoted(text: &str, literal: bool) -> String {
    if literal && !text.chars().any(|each| each == '\'' || each.is_control()) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for each in text.chars() {
        match each {
            '"' | '\\' => out.extend(['\\', each]),
            each if each.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(each));
            }
            each => out.push(each),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_people_write_them() {
        let text = |text: &str, before| Value::Text(text.into()).written(before);
        assert_eq!(text("Bản \"tin\" \\ a", None), r#""Bản \"tin\" \\ a""#);
        assert_eq!((text("a", Some("'b'")), text("a'", Some("'b'"))), ("'a'".into(), "\"a'\"".into()));
        assert_eq!(Value::Texts(vec!["ND1".into(), "ND3".into()]).written(None), r#"["ND1", "ND3"]"#);
        let queue = Value::Queue(vec!["ND1".into()], "15m".into());
        assert_eq!(queue.written(None), r#"{ themes = ["ND1"], up_to = "15m" }"#);
        assert_eq!(Value::Queue(Vec::new(), "15m".into()).written(None), r#"{ up_to = "15m" }"#);
    }
}
