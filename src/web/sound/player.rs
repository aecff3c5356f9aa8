//! The player of a content: the browser's own controls, and above them the outline, on which a click goes to that place.
//!
//! In: a hash and what the sound is. Out: markup that plays without script; `player.js` makes the outline a slider that the
//! keyboard moves too. The page that shows it names `player.js` among its scripts. Next: `super::super::page`.

use maud::{Markup, html};

use super::super::visitor::Visitor;

/// A player of the content `sha256`, called `title`; its height is known before anything is loaded.
pub(in crate::web) fn player(visitor: &Visitor, sha256: &str, title: &str) -> Markup {
    let label = visitor.pick("Vị trí đang nghe", "Place in the sound");
    html! {
        figure .player data-player="" {
            div .wave {
                img src={ "/api/sound/" (sha256) "/waveform.svg" } alt="" loading="lazy" width="800" height="100";
                div .wave-past hidden {}
                div .wave-slider hidden role="slider" tabindex="0" aria-label={ (label) ": " (title) }
                    aria-valuemin="0" aria-valuemax="0" aria-valuenow="0" {}
            }
            audio controls preload="metadata" src={ "/api/sound/" (sha256) } {}
        }
    }
}
