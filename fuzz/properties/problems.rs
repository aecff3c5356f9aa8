//! What holds for the problems of any file that a person wrote: they are sorted, each lies in one of the files, and each can
//! be said in both languages without moving the cursor.

use loa::language::Language;
use loa::problem::{Place, Problem, Spot};

/// Problems that one file may bring at most, those of the checks included.
const MOST_PER_FILE: usize = 400;

/// Panics where it does not hold. `files` are those that were read, by the name that problems give them.
pub(crate) fn hold(problems: &[Problem], files: &[(&str, &[u8])]) {
    assert!(problems.is_sorted(), "not sorted by place");
    assert!(problems.len() <= MOST_PER_FILE * files.len(), "{} problems", problems.len());
    for problem in problems {
        let place = problem.place.as_ref().expect("each problem of a file has a place");
        let (_, bytes) = files.iter().find(|(path, _)| *path == place.path).expect("it lies in one of the files");
        if let Place { spot: Some(spot), .. } = place {
            lies_in(spot, bytes);
        }
        let said = [Language::En, Language::Vi].map(|language| {
            assert!(!problem.say(language).message.is_empty());
            problem.render(language)
        });
        for text in said {
            assert!(text.ends_with('\n') && text.len() < 20_000, "{} bytes: {text}", text.len());
            let moving = |each: char| each.is_control() && each != '\n';
            assert!(!text.contains(moving), "{text:?}");
        }
    }
}

fn lies_in(spot: &Spot, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim_start_matches('\u{feff}').split('\n').nth(spot.line - 1);
    let line = line.expect("the line is in the file");
    assert!(line.contains(&spot.text), "the line is shown as it is");
    let length = line.chars().count();
    assert!((1..=length + 1).contains(&spot.column), "column {} of {length}", spot.column);
    assert!(spot.length >= 1 && spot.column + spot.length <= length + 2, "{} from {}", spot.length, spot.column);
}
