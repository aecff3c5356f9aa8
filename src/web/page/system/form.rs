//! The form of the settings: groups of fields as they stand in the file, each group its own form.
//!
//! In: the text of the file. Out: markup that works without script. A flag is a choice of yes and no: a box that is not ticked
//! sends nothing, and nothing means unchanged. Next: `groups`.

use maud::{Markup, html};

use super::groups::{CHOICES, GROUPS, Group, Words};
use crate::config::field::{Field, Kind};
use crate::language::Language;
use crate::office::settings::Sheet;
use crate::web::part::form;
use crate::web::visitor::Visitor;

/// Every group.
pub(super) fn groups(visitor: &Visitor, sheet: &Sheet) -> Markup {
    html! { @for group in &GROUPS { (whole(visitor, sheet, group)) } }
}

fn whole(visitor: &Visitor, sheet: &Sheet, group: &Group) -> Markup {
    let fields = html! {
        (shown(sheet))
        div .settings { @for words in group.fields { (field(visitor.language(), sheet, words)) } }
        button .primary { (visitor.pick("Lưu", "Save")) }
    };
    html! {
        section .card id=(group.id) aria-labelledby={ (group.id) "-ten" } {
            h2 id={ (group.id) "-ten" } { (visitor.pick(group.vi, group.en)) }
            (form::act(visitor, "/api/settings", &fields))
        }
    }
}

/// Which text the person saw: a change of another one is refused.
pub(super) fn shown(sheet: &Sheet) -> Markup {
    html! { input type="hidden" name="sha256" value=(sheet.sha256); }
}

fn field(language: Language, sheet: &Sheet, words: &Words) -> Markup {
    let field = Field::named(words.name).expect("a test holds the words against the fields");
    let value = field.shown(&sheet.text);
    let (label, hint) = (language.pick(words.vi, words.en), Some(language.pick(words.hint_vi, words.hint_en)));
    let name = words.name;
    match field.kind {
        Kind::Choice(of) => form::choice(name, label, &choices(language, name, of), &value, hint),
        Kind::Flag => form::choice(name, label, &choices(language, "", &["true", "false"]), &value, hint),
        Kind::Number => number(name, label, &value, hint),
        Kind::Words => form::text(name, label, &value, hint, true),
        Kind::MaybeWords | Kind::List => form::text(name, label, &value, hint, false),
    }
}

fn choices(language: Language, name: &str, of: &[&str]) -> Vec<(String, String)> {
    let called = |word: &str| {
        let found = CHOICES.iter().find(|(field, each, ..)| *field == name && *each == word);
        found.map_or_else(|| word.to_owned(), |(_, _, vi, en)| (*language.pick(vi, en)).to_owned())
    };
    of.iter().map(|word| ((*word).to_owned(), called(word))).collect()
}

fn number(name: &str, label: &str, value: &str, hint: Option<&str>) -> Markup {
    let control = html! {
        input type="text" inputmode="text" id=(name) name=(name) value=(value) required aria-describedby={ (name) "-hint" } autocomplete="off";
    };
    form::field(name, label, hint, &control)
}
