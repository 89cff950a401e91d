//! Takes Tera's errors; gives diagnostics with a place in the template's own file and plain words.

use std::collections::HashMap;
use std::ops::Range;

use tera::{Error, ErrorKind, ReportError};

use super::context::ROOTS;
use super::toml_text::did_you_mean;
use super::trace::{Kind, segments};
use crate::diag::{Diagnostic, FileId, Span};

/// A template as Tera has it: the text after the front matter, and where that begins in its file.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub file: FileId,
    pub user: bool,
    pub offset: usize,
    pub text: String,
}

/// A phrase with plural forms that was printed without saying how many: where `t.KEY` stands.
pub(super) fn bare_plural(key: &str, sheet: &str, bodies: &Bodies) -> Diagnostic {
    let asked = format!("t.{key}");
    let place = |body: &Body| {
        body.text.match_indices(&asked).map(|(at, _)| at).find(|at| {
            let rest = body.text[at + asked.len()..].trim_start();
            !rest.starts_with('|') && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        })
    };
    let own = bodies.get_key_value(sheet).into_iter();
    let found = own.chain(bodies.iter()).find_map(|(_, body)| place(body).map(|at| (body, at)));
    Diagnostic::error(format!("`{asked}` has plural forms: it must be told how many"))
        .at(found.map(|(body, at)| Span::new(body.file, body.offset + at..body.offset + at + asked.len())))
        .hint(format!("write `{{{{ {asked} | fill(n=…) }}}}`"))
}

/// The templates by the names that Tera knows them by.
pub(super) type Bodies = HashMap<String, Body>;

/// One error of Tera can hold several mistakes.
pub(super) fn diagnostics(error: &Error, bodies: &Bodies) -> Vec<Diagnostic> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![reported(report, bodies)],
        ErrorKind::Msg(text) => listed(text, bodies),
        ErrorKind::CircularInclude { tpl, include_chain } => {
            vec![circle(tpl, include_chain, "includes itself", bodies)]
        }
        ErrorKind::CircularExtend { tpl, inheritance_chain } => {
            vec![circle(tpl, inheritance_chain, "extends itself", bodies)]
        }
        ErrorKind::MissingParent { current, parent } => {
            let names = bodies.keys().map(String::as_str);
            let mut error = Diagnostic::error(format!("there is no template `{parent}` to extend"))
                .at(quoted(current, parent, bodies));
            error.hint = did_you_mean(parent, names);
            vec![error]
        }
        other => vec![Diagnostic::error(plain(&other.to_string()))],
    }
}

fn reported(report: &ReportError, bodies: &Bodies) -> Diagnostic {
    let Some(body) = bodies.get(report.filename()) else {
        return Diagnostic::error(plain(report.message()));
    };
    let range = on_borders(&body.text, report.span().range.clone());
    let path = path_at(body, range.clone());
    let (mistake, whole_path) = words(report.message(), body.text.get(path.clone()).unwrap_or_default());
    let place = if whole_path { path } else { range };
    let mistake = mistake.at(Span::new(body.file, body.offset + place.start..body.offset + place.end));
    match open_tag(body).filter(|_| mistake.message == TOO_EARLY) {
        Some(open) => Diagnostic { hint: None, ..mistake }.related(open, "this is not closed"),
        None => mistake,
    }
}

/// A range inside of a text and on the borders of its characters: Tera's may begin in the middle of one.
fn on_borders(text: &str, range: Range<usize>) -> Range<usize> {
    let border = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = border(range.start);
    start..border(range.end).max(start)
}

/// The innermost tag of a template that has no end.
fn open_tag(body: &Body) -> Option<Span> {
    let mut open: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
    for (kind, range) in segments(&body.text) {
        let tag = &body.text[range.clone()];
        if kind == Kind::Expression && !tag.ends_with("}}") {
            open.push(("{{", range));
            break;
        }
        if kind != Kind::Silent || tag.starts_with("{#") {
            continue;
        }
        let mut words =
            tag.trim_start_matches(['{', '%', '-']).split(|c: char| c.is_whitespace() || c == '%');
        let name = words.find(|word| !word.is_empty()).unwrap_or_default();
        if !tag.ends_with("%}") {
            open.push((name, range));
            break;
        }
        match name.strip_prefix("end") {
            Some(what) if open.last().is_some_and(|(begun, _)| *begun == what) => {
                open.pop();
            }
            _ if matches!(name, "if" | "for" | "block" | "filter" | "component") => open.push((name, range)),
            _ if name == "set" && !tag.contains('=') => open.push((name, range)),
            _ => {}
        }
    }
    let (_, range) = open.pop()?;
    let end = body.text[range.clone()].find('\n').map_or(range.end, |at| range.start + at);
    Some(Span::new(body.file, body.offset + range.start..body.offset + end))
}

/// What is said where a tag is open at a template's end.
const TOO_EARLY: &str = "the template ends too early";

/// The path of names that a place lies in: from its start (`case.` of `case.photo.alt`) to the end of its name.
fn path_at(body: &Body, range: Range<usize>) -> Range<usize> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '?');
    let text = &body.text;
    let (Some(before), Some(within)) = (text.get(..range.start), text.get(range.start..)) else {
        return range;
    };
    let start = before
        .rfind(|c| !is_part(c))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let end = range.start + within.find(|c| !is_part(c)).unwrap_or(within.len());
    start..end
}

/// The words for what Tera says of a path, and whether they are about the whole of it.
fn words(message: &str, path: &str) -> (Diagnostic, bool) {
    let (first, rest) = message.split_once(". Available ").unwrap_or((message, ""));
    let first = first.trim_end_matches('.');
    let name = first.split('`').nth(1).unwrap_or_default();
    if first.starts_with("Field `") && first.ends_with("is not defined") {
        // The path as far as it leads: `case.photo` of `case.photo.alt` where there is no photo.
        let lost = path.split('.').position(|part| part.trim_end_matches('?') == name);
        let shown = match lost {
            Some(at) => path.split('.').take(at + 1).collect::<Vec<_>>().join("."),
            None => name.to_owned(),
        };
        let known = rest.split_once(": ").map_or("", |(_, names)| names).split(", ");
        let mut mistake = Diagnostic::error(format!("`{shown}` is not there"));
        mistake.hint = did_you_mean(name, known);
        return (
            mistake
                .or_hint(format!("where it may be missing, ask first: `{{% if {shown} %}} … {{% endif %}}`")),
            false,
        );
    }
    if first.starts_with("Variable `") && first.ends_with("is not defined") {
        let mut mistake = Diagnostic::error(format!("`{name}` is not there"));
        // A name of the context that this sheet does not have.
        mistake.hint = did_you_mean(name, ROOTS.into_iter().filter(|root| *root != name));
        return (mistake.or_hint("docs/templates.md lists what a template can ask for"), false);
    }
    let undefined = [
        "Tried to render a variable that is undefined",
        "Cannot index into an undefined value",
        "Cannot slice an undefined value",
        "Invalid type for the value, expected `string` but got `undefined`",
    ];
    if undefined.contains(&first) || first.ends_with("exists but its value is undefined") {
        let what = if path.is_empty() { "this".to_owned() } else { format!("`{path}`") };
        let mistake = Diagnostic::error(format!("{what} is not there"))
            .hint("where it may be missing, ask first with `{% if … %}`, or give a `default(value=…)`");
        return (mistake, true);
    }
    if first == "Unknown tag" {
        return (unknown_tag(path), false);
    }
    if let Some((found, expected)) =
        first.strip_prefix("Found ").and_then(|rest| rest.split_once(" but expected "))
    {
        let found =
            if found.starts_with('`') || path.is_empty() { found.to_owned() } else { format!("`{path}`") };
        let hint = match expected {
            "}}" | "%}" if found == "`=`" => "to compare, write `==`".to_owned(),
            "}}" | "%}" => format!("is a `{expected}` missing before it? texts stand in quotation marks"),
            "in" => "a loop is written `{% for one in many %}`".to_owned(),
            "identifier" => "a name is missing before it".to_owned(),
            "string" => "it takes a text in quotation marks".to_owned(),
            _ if expected.starts_with("one of: integer") => {
                "a value is missing before it: a name, a number, or a text in quotation marks".to_owned()
            }
            _ => format!("it takes {expected}"),
        };
        return (Diagnostic::error(format!("{found} cannot stand here")).hint(hint), false);
    }
    if first == "Unexpected end of input" {
        let mistake = Diagnostic::error(TOO_EARLY)
            .hint("a `{% if %}`, `{% for %}`, `{% block %}` or `{{` before it is not closed");
        return (mistake, false);
    }
    if let Some(kinds) = first.strip_prefix("Invalid type for the value, expected `")
        && let Some((wanted, found)) = kinds.split_once("` but got `")
    {
        let found = found.trim_end_matches('`');
        let mistake =
            Diagnostic::error(format!("this filter takes {}, not {}", in_words(wanted), in_words(found)));
        return (mistake, true);
    }
    (Diagnostic::error(plain(message)), false)
}

/// A tag that Tera does not know, or one that ends what was not begun.
fn unknown_tag(name: &str) -> Diagnostic {
    let name = name.trim();
    match name.strip_prefix("end") {
        Some(what) if TAGS.contains(&what) => {
            Diagnostic::error(format!("`{{% {name} %}}` ends nothing here"))
                .hint(format!("the `{{% {what} … %}}` before it is missing, or another one is not closed"))
        }
        _ if matches!(name, "else" | "elif") => {
            Diagnostic::error(format!("`{{% {name} %}}` stands in no `{{% if … %}}`"))
        }
        _ => {
            let mut mistake = Diagnostic::error(format!("there is no tag `{name}`"));
            mistake.hint =
                did_you_mean(name, TAGS.into_iter().chain(["elif", "else", "endif", "endfor", "endblock"]));
            mistake.or_hint(format!("the tags are `{}`", TAGS.join("`, `")))
        }
    }
}

/// The tags of Tera that begin something or stand alone.
const TAGS: [&str; 11] =
    ["if", "for", "set", "set_global", "block", "include", "extends", "filter", "raw", "component", "break"];

/// Tera's names of types, in plain words.
fn in_words(kind: &str) -> &str {
    match kind {
        "string" | "&str" => "a text",
        "array" | "&[Value]" | "Vec<Value>" => "a list",
        "map" | "map/struct" | "Map" | "&Map" => "a table",
        "bool" => "true or false",
        "none" | "undefined" => "nothing",
        other if other.contains("64") || other.contains("128") || other.contains("32") => "a number",
        other => other,
    }
}

/// Tera joins several mistakes of several files into one text, each with ` --> name:line:column`.
fn listed(text: &str, bodies: &Bodies) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for block in text.split("error: ").filter(|block| !block.trim().is_empty()) {
        let message = block.lines().next().unwrap_or_default();
        let place = block.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
        let span = place.and_then(|place| {
            let mut parts = place.trim().rsplitn(3, ':');
            let column: usize = parts.next()?.parse().ok()?;
            let line: usize = parts.next()?.parse().ok()?;
            let name = parts.next()?;
            let body = bodies.get(name)?;
            let mut start =
                body.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
            start += body
                .text
                .get(start..)?
                .chars()
                .take(column.saturating_sub(1))
                .map(char::len_utf8)
                .sum::<usize>();
            let wrong = message.split('`').nth(1).unwrap_or_default();
            let from =
                body.text.get(start..).and_then(|rest| rest.find(wrong)).filter(|at| *at < 200).unwrap_or(0);
            Some(Span::new(body.file, body.offset + start + from..body.offset + start + from + wrong.len()))
        });
        found.push(unknown(message, bodies).at(span));
    }
    found
}

/// Filters, tests and functions that templates may use: Tera's and ours.
const FILTERS: [&str; 43] = [
    "paragraphs",
    "lines",
    "date",
    "fill",
    "country_name",
    "language_name",
    "safe",
    "default",
    "upper",
    "lower",
    "wordcount",
    "escape",
    "escape_html",
    "escape_xml",
    "newlines_to_br",
    "pluralize",
    "trim",
    "trim_start",
    "trim_end",
    "replace",
    "capitalize",
    "title",
    "truncate",
    "indent",
    "str",
    "int",
    "float",
    "length",
    "reverse",
    "split",
    "abs",
    "round",
    "first",
    "last",
    "nth",
    "join",
    "sort",
    "unique",
    "get",
    "values",
    "keys",
    "pairs",
    "group_by",
];
const TESTS: [&str; 17] = [
    "string",
    "number",
    "map",
    "bool",
    "array",
    "integer",
    "float",
    "none",
    "iterable",
    "defined",
    "undefined",
    "odd",
    "even",
    "divisible_by",
    "starting_with",
    "ending_with",
    "containing",
];

fn unknown(message: &str, bodies: &Bodies) -> Diagnostic {
    let mut error = Diagnostic::error(plain(message));
    let wrong = message.split('`').nth(1).unwrap_or_default();
    error.hint = match message.split('`').next().unwrap_or_default().trim() {
        "Unknown filter" => did_you_mean(wrong, FILTERS),
        "Unknown test" => did_you_mean(wrong, TESTS),
        "Unknown function" => did_you_mean(wrong, ["range", "throw", "super"])
            .or_else(|| Some("the functions are `range`, `throw` and `super`".to_owned())),
        "Unknown template" => did_you_mean(wrong, bodies.keys().map(String::as_str)),
        _ => None,
    };
    error
}

fn circle(name: &str, chain: &[String], what: &str, bodies: &Bodies) -> Diagnostic {
    let next = chain.iter().find(|other| *other != name).map_or(name, String::as_str);
    let way = chain.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    Diagnostic::error(format!("`{name}` {what}"))
        .at(quoted(name, next, bodies))
        .hint(format!("the way round is {way}"))
}

/// Where a template names another in quotes.
fn quoted(template: &str, name: &str, bodies: &Bodies) -> Option<Span> {
    let body = bodies.get(template)?;
    let at = [format!("\"{name}\""), format!("'{name}'")].iter().find_map(|q| body.text.find(q.as_str()))?;
    Some(Span::new(body.file, body.offset + at..body.offset + at + name.len() + 2))
}

/// A message in the project's style: lower case start, no full stop.
fn plain(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let mut chars = first.chars();
    match chars.next() {
        Some(initial) => initial.to_lowercase().chain(chars).collect(),
        None => "the template cannot be rendered".to_owned(),
    }
}
