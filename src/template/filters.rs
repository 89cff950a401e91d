//! The filters of ours: prose to paragraphs and lines, dates, capitals, names, and phrases with their blanks filled.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use tera::value::Key;
use tera::{Error, Kwargs, Map, State, StringInput, Tera, TeraResult, Value};

use super::post;
use super::strings::{LAST_RESORT, Pieces, Strings};

/// Where the table of a phrase's plural forms tells its language and key, as bytes between [`PLURAL_MARK`]s. Tera prints
/// bytes as they are, so that a table printed as a whole is found out by [`escape`].
pub(super) const PLURAL_ORIGIN: &str = "origin";

/// A noncharacter (U+FDD0), which stands in no text.
const PLURAL_MARK: &str = "\u{fdd0}";

thread_local! {
    /// The key of the plural phrase that was last printed as a whole on this thread.
    static PRINTED_PLURAL: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The entry of a phrase's table of plural forms that [`PLURAL_ORIGIN`] names.
pub(super) fn plural_origin(lang: &str, key: &str) -> Value {
    Value::bytes(format!("{PLURAL_MARK}{lang}{PLURAL_MARK}{key}{PLURAL_MARK}"))
}

/// The plural phrase that stopped a rendering on this thread because it was printed as a whole.
pub(super) fn take_printed_plural() -> Option<String> {
    PRINTED_PLURAL.take()
}

/// Registers all of them.
pub(super) fn register(tera: &mut Tera, strings: &Arc<Strings>) {
    tera.register_filter("paragraphs", paragraphs);
    tera.register_filter("lines", lines);
    tera.register_filter("date", date);
    tera.register_filter("upper", upper);
    tera.register_filter("country_name", country_name);
    tera.register_filter("language_name", language_name);
    let words = Arc::clone(strings);
    tera.register_filter("fill", move |phrase: &Value, kwargs: Kwargs, state: &State| {
        fill(phrase, &kwargs, state, &words)
    });
    tera.set_escape_fn(escape);
}

/// Escapes what could be read as markup, in runs rather than byte by byte.
fn escape(text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'\'' => b"&#39;",
            0xef if text[at..].starts_with(PLURAL_MARK) => {
                let key = text[at..].split(PLURAL_MARK).nth(2).unwrap_or_default();
                PRINTED_PLURAL.set(Some(key.to_owned()));
                return Err(io::ErrorKind::InvalidData.into());
            }
            _ => continue,
        };
        out.write_all(&text.as_bytes()[from..at])?;
        out.write_all(entity)?;
        from = at + 1;
    }
    out.write_all(&text.as_bytes()[from..])
}

/// A blank line ends a paragraph; a single line break is a space.
fn paragraphs(prose: StringInput<'_>, _: Kwargs, state: &State) -> TeraResult<Value> {
    let prose = prose.rendered(state)?;
    let mut html = String::with_capacity(prose.len() + 32);
    let mut open = false;
    for line in prose.lines().map(str::trim) {
        if line.is_empty() {
            if open {
                html.push_str("</p>\n");
                open = false;
            }
            continue;
        }
        html.push_str(if open { " " } else { "<p>" });
        html.push_str(line);
        open = true;
    }
    if open {
        html.push_str("</p>");
    }
    Ok(Value::safe_string(&html))
}

/// Each line of a text, or each text of a list, on a line of its own.
fn lines(text: &Value, _: Kwargs, state: &State) -> TeraResult<Value> {
    let mut html = String::new();
    let mut add = |line: &str| {
        if !html.is_empty() {
            html.push_str("<br>");
        }
        html.push_str(line);
    };
    match text.as_array() {
        Some(items) => {
            for item in items {
                add(&state.escape_if_needed(item)?);
            }
        }
        None => state.escape_if_needed(text)?.lines().map(str::trim).filter(|l| !l.is_empty()).for_each(add),
    }
    Ok(Value::safe_string(&html))
}

/// The language a filter writes in: its argument, or the sheet's.
fn language<'a>(filter: &str, kwargs: &'a Kwargs, state: &State) -> TeraResult<Cow<'a, str>> {
    if let Some(lang) = kwargs.get::<&str>("lang")? {
        return Ok(Cow::Borrowed(lang));
    }
    state.get::<String>("lang")?.map(Cow::Owned).ok_or_else(|| {
        Error::message(format!("`{filter}` does not know its language here: write `{filter}(lang=…)`"))
    })
}

fn date(text: &str, kwargs: Kwargs, state: &State) -> TeraResult<String> {
    // The sheet's language as the sender's country writes dates in it, unless another is asked for.
    let lang = match (kwargs.get::<&str>("lang")?, state.get::<String>("locale")?) {
        (None, Some(locale)) => Cow::Owned(locale),
        _ => language("date", &kwargs, state)?,
    };
    let date =
        text.parse().map_err(|_| Error::message(format!("`{text}` is no date of the form `2026-12-10`")))?;
    Ok(post::date_long(date, &lang))
}

fn upper(text: StringInput<'_>, kwargs: Kwargs, state: &State) -> TeraResult<Value> {
    let lang = language("upper", &kwargs, state).unwrap_or(Cow::Borrowed(""));
    // Entities of escaped text are no letters of the text's own.
    if text.is_safe() && text.as_str().contains(['&', '<']) {
        return Err(Error::message("`upper` takes plain text: put it before filters that make markup"));
    }
    Ok(text.inherit_safety(post::upper(text.as_str(), &lang).into_owned()))
}

fn country_name(code: &str, kwargs: Kwargs, state: &State) -> TeraResult<&'static str> {
    let lang = language("country_name", &kwargs, state)?;
    post::country_name(code, &lang)
        .ok_or_else(|| Error::message(format!("`{code}` is no code of a country: two capitals, like `BY`")))
}

fn language_name(tag: &str, kwargs: Kwargs, state: &State) -> TeraResult<String> {
    let lang = language("language_name", &kwargs, state)?;
    Ok(post::language_name(tag, &lang).unwrap_or(tag).to_owned())
}

/// Fills the blanks of a phrase; `n` also chooses the plural form.
fn fill(phrase: &Value, kwargs: &Kwargs, state: &State, strings: &Strings) -> TeraResult<Value> {
    let form = match phrase.as_map() {
        Some(forms) => {
            let n = kwargs.get::<u64>("n")?.ok_or_else(|| {
                Error::message("this phrase has plural forms: say how many with `fill(n=…)`")
            })?;
            plural_form(forms, n, strings)?
        }
        None => phrase.as_str().ok_or_else(|| Error::message("`fill` takes a phrase of the strings"))?,
    };
    let markup = kwargs.iter().any(|(_, value)| value.is_string() && value.is_safe());
    let mut text = String::with_capacity(form.len() + 16);
    let mut used = Vec::new();
    for (is_name, piece) in Pieces(form) {
        if !is_name {
            text.push_str(&if markup { Cow::Owned(state.escape(piece)?) } else { Cow::Borrowed(piece) });
            continue;
        }
        let value = kwargs.get::<&Value>(piece)?.filter(|value| !value.is_undefined()).ok_or_else(|| {
            Error::message(format!("this phrase has a blank `{{{piece}}}`: fill it with `fill({piece}=…)`"))
        })?;
        used.push(piece);
        text.push_str(&if markup { state.escape_if_needed(value)? } else { value.to_string() });
    }
    let spare = kwargs.iter().filter_map(|(key, _)| key.as_str()).find(|k| *k != "n" && !used.contains(k));
    if let Some(spare) = spare {
        return Err(Error::message(format!("this phrase has no blank `{{{spare}}}`")));
    }
    Ok(if markup { Value::safe_string(&text) } else { Value::from(text) })
}

fn plural_form<'m>(forms: &'m Map, n: u64, strings: &Strings) -> TeraResult<&'m str> {
    let origin = forms.get(&Key::Str(PLURAL_ORIGIN)).and_then(Value::as_bytes).unwrap_or_default();
    let lang =
        std::str::from_utf8(origin).ok().and_then(|o| o.split(PLURAL_MARK).nth(1)).unwrap_or(LAST_RESORT);
    let category = strings.language(lang).map_or("other", |language| language.plurals.category(n));
    let form = forms.get(&Key::Str(category)).or_else(|| forms.get(&Key::Str("other")));
    form.and_then(Value::as_str).ok_or_else(|| Error::message("`fill` takes a phrase of the strings"))
}
