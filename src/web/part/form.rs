//! Forms: what each act carries, and fields with their labels, hints and faults.
//!
//! In: names, labels, what stands in them. Out: markup that works without script; `app.js` sends it by itself where it can and
//! shows what came back inside the form. Next: `words`.

use maud::{Markup, html};

use super::super::secret;
use super::super::visitor::Visitor;

/// A form of an act: the word of the sign-in, an id that makes it happen once, a place for what came back.
pub(in crate::web) fn act(visitor: &Visitor, action: &str, body: &Markup) -> Markup {
    html! {
        form .act method="post" action=(action) data-act="" {
            (carried(visitor))
            (body)
            p .answer role="alert" hidden {}
        }
    }
}

/// An act that is one button. `confirm` is the question that is asked before, if any.
pub(in crate::web) fn button(
    visitor: &Visitor,
    action: &str,
    label: &str,
    class: &str,
    confirm: Option<&str>,
    fields: &[(&str, &str)],
) -> Markup {
    html! {
        form .act.inline method="post" action=(action) data-act="" data-confirm=[confirm] {
            (carried(visitor))
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button class=(class) { (label) }
            p .answer role="alert" hidden {}
        }
    }
}

/// The hidden fields of every act.
pub(in crate::web) fn carried(visitor: &Visitor) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(visitor.csrf);
        input type="hidden" name="act" value=(secret::word());
    }
}

/// A field: label, control, hint. `control` has the id `name`.
pub(in crate::web) fn field(name: &str, label: &str, hint: Option<&str>, control: &Markup) -> Markup {
    html! {
        div .field data-field=(name) {
            label for=(name) { (label) }
            (control)
            @if let Some(hint) = hint { p .hint id={ (name) "-hint" } { (hint) } }
            p .fault id={ (name) "-fault" } hidden {}
        }
    }
}

/// A line of text.
pub(in crate::web) fn text(name: &str, label: &str, value: &str, hint: Option<&str>, required: bool) -> Markup {
    let described = hint.map(|_| format!("{name}-hint"));
    let control = html! {
        input type="text" id=(name) name=(name) value=(value) required[required] aria-describedby=[described] autocomplete="off";
    };
    field(name, label, hint, &control)
}

/// A choice of one: values and labels.
pub(in crate::web) fn choice(
    name: &str,
    label: &str,
    options: &[(String, String)],
    chosen: &str,
    hint: Option<&str>,
) -> Markup {
    let described = hint.map(|_| format!("{name}-hint"));
    let control = html! {
        select id=(name) name=(name) aria-describedby=[described] {
            @for (value, label) in options { option value=(value) selected[value == chosen] { (label) } }
        }
    };
    field(name, label, hint, &control)
}

/// A tick.
pub(in crate::web) fn tick(name: &str, label: &str, ticked: bool, hint: Option<&str>) -> Markup {
    html! {
        div .field.tick data-field=(name) {
            label for=(name) { input type="checkbox" id=(name) name=(name) value="1" checked[ticked]; span { (label) } }
            @if let Some(hint) = hint { p .hint id={ (name) "-hint" } { (hint) } }
            p .fault id={ (name) "-fault" } hidden {}
        }
    }
}
