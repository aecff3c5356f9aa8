//! One thing of the station as a light with words: how it is, and what to do if it is not well.
//!
//! In: a sign, words, figures. Out: a card of the page, an object of the JSON. A sign is a word and a mark, never a colour
//! alone. Next: `lights`, which lights them.

use maud::{Markup, html};
use serde_json::{Value, json};

use crate::language::Language;
use crate::web::layout::sentence;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// As it should be.
    Good,
    /// Not in use.
    Off,
    /// A person should look.
    Warn,
    /// It does not do what it is for.
    Bad,
}

impl Sign {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    fn word(self, language: Language) -> &'static str {
        let (vi, en) = match self {
            Self::Good => ("Tốt", "Good"),
            Self::Off => ("Không dùng", "Not used"),
            Self::Warn => ("Cần xem", "Look at it"),
            Self::Bad => ("Có sự cố", "Fault"),
        };
        language.pick(vi, en)
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Off => "–",
            Self::Warn => "!",
            Self::Bad => "✕",
        }
    }

    pub(super) fn chip(self, language: Language) -> Markup {
        html! { span class={ "chip " (self.class()) } { span aria-hidden="true" { (self.mark()) " " } (self.word(language)) } }
    }
}

/// One thing of the station.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Light {
    /// Its name in JSON.
    pub(super) id: &'static str,
    pub(super) sign: Sign,
    pub(super) name: &'static str,
    /// How it is.
    pub(super) told: String,
    /// What to do, each a sentence.
    pub(super) advice: Vec<String>,
    /// Figures for who wants them.
    pub(super) facts: Vec<(&'static str, String)>,
    /// Where more is: path and words.
    pub(super) link: Option<(&'static str, &'static str)>,
}

impl Light {
    pub(super) fn new(id: &'static str, name: &'static str, sign: Sign, told: impl Into<String>) -> Self {
        Self { id, sign, name, told: told.into(), advice: Vec::new(), facts: Vec::new(), link: None }
    }

    /// Worse than it was so far, with words and what to do.
    pub(super) fn worse(&mut self, sign: Sign, told: impl Into<String>, advice: impl Into<Option<String>>) {
        if sign > self.sign {
            (self.sign, self.told) = (sign, told.into());
        } else {
            self.advice.push(told.into());
        }
        self.advice.extend(advice.into());
    }

    pub(super) fn fact(&mut self, name: &'static str, value: impl Into<String>) {
        self.facts.push((name, value.into()));
    }

    /// As a card of the page.
    pub(super) fn card(&self, language: Language, more: &Markup) -> Markup {
        html! {
            section .card.light id=(self.id) aria-labelledby={ (self.id) "-ten" } {
                div .row.between { h2 id={ (self.id) "-ten" } { (self.name) } (self.sign.chip(language)) }
                p { strong { (coded(&sentence(&self.told))) } }
                @for advice in &self.advice { p class={ "notice " (self.sign.class()) } { (coded(&sentence(advice))) } }
                @if !self.facts.is_empty() {
                    details {
                        summary { (language.pick("Chi tiết", "Details")) }
                        dl .facts { @for (name, value) in &self.facts { dt { (name) } dd { (value) } } }
                    }
                }
                (more)
                @if let Some((path, words)) = self.link { p { a href=(path) { (words) } } }
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        let facts: Vec<Value> = self.facts.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        json!({"id": self.id, "sign": self.sign.class(), "name": self.name, "told": self.told, "advice": self.advice, "facts": facts})
    }
}

/// Words in which names of commands and files stand between backticks, as all messages of the program have them.
pub(super) fn coded(words: &str) -> Markup {
    html! {
        @for (at, piece) in words.split('`').enumerate() {
            @if at % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_backticks_are_set_apart_and_nothing_is_taken_for_markup() {
        assert_eq!(coded("chạy `loa <x>` rồi").into_string(), "chạy <code>loa &lt;x&gt;</code> rồi");
        assert_eq!(coded("không có").into_string(), "không có");
    }
}
