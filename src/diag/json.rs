//! Diagnostics for other programs: one JSON object a line.

use serde_json::{Map, Value, json};

use super::clean::is_unsafe;
use super::place::{Place, Places};
use super::{Diagnostic, Level, Sources};

/// One line of JSON for each diagnostic, in the order given.
///
/// Members: `level` (`error`, `warning`, `note`), `message`, and where they are known `file`, `line`, `column`, `end`
/// (`{line, column}`, exclusive), `hint`, `context` and `related` (a list of `message`, `file`, `line`, `column`, `end`).
/// Lines and columns count from 1, columns in characters.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut places = Places::new(sources);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let mut object = Map::new();
        let level = match diagnostic.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        object.insert("level".into(), level.into());
        object.insert("message".into(), diagnostic.message.as_str().into());
        if let Some(span) = diagnostic.span {
            let (file, place) = places.find(span);
            insert_place(&mut object, file, place);
        }
        if let Some(hint) = &diagnostic.hint {
            object.insert("hint".into(), hint.as_str().into());
        }
        if let Some(context) = &diagnostic.context {
            object.insert("context".into(), context.as_str().into());
        }
        if !diagnostic.related.is_empty() {
            let related = diagnostic.related.iter().map(|(span, words)| {
                let mut object = Map::new();
                object.insert("message".into(), words.as_str().into());
                let (file, place) = places.find(*span);
                insert_place(&mut object, file, place);
                Value::Object(object)
            });
            object.insert("related".into(), related.collect());
        }
        push_escaped(&mut out, &Value::Object(object).to_string());
        out.push('\n');
    }
    out
}

fn insert_place(object: &mut Map<String, Value>, file: String, place: Option<Place>) {
    object.insert("file".into(), file.into());
    if let Some(place) = place {
        object.insert("line".into(), place.line.into());
        object.insert("column".into(), place.column.into());
        object.insert("end".into(), json!({ "line": place.end_line, "column": place.end_column }));
    }
}

/// Appends JSON with every character that a terminal might obey as an escape; such stand only inside strings.
fn push_escaped(out: &mut String, json: &str) {
    for c in json.chars() {
        if is_unsafe(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
}
