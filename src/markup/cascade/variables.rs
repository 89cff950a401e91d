//! Values with `var()` and the custom properties in force in; the same values with everything put in out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::markup::MarkupError;
use crate::markup::css::component::{Component, Kind};
use crate::markup::css::has_var;
use crate::markup::suggest::{did_you_mean, shown};

/// Custom properties in force on an element: their names with the dashes, their values without `var()`.
pub type Variables = BTreeMap<Arc<str>, Arc<[Component]>>;

/// A value may grow to so many components: variables that double one another stop there.
const LARGEST: usize = 4096;

/// Puts the variables into a value. What is put in takes the place of the `var()` that asked for it.
pub fn substitute(value: &[Component], variables: &Variables) -> Result<Vec<Component>, MarkupError> {
    let mut out = Vec::with_capacity(value.len());
    push(value, variables, &mut out, None)?;
    Ok(out)
}

/// Calls itself for blocks, whose depth the tokens limit.
fn push(
    value: &[Component],
    variables: &Variables,
    out: &mut Vec<Component>,
    place: Option<&Range<usize>>,
) -> Result<(), MarkupError> {
    for component in value {
        let range = place.unwrap_or(&component.range);
        if out.len() > LARGEST {
            return Err(MarkupError::new(
                range.clone(),
                "this value grows without end through its variables",
            ));
        }
        let block = |inner: &[Component]| -> Result<Vec<Component>, MarkupError> {
            let mut block = Vec::with_capacity(inner.len());
            push(inner, variables, &mut block, place)?;
            Ok(block)
        };
        let kind = match &component.kind {
            Kind::Function(name, inner) if name.eq_ignore_ascii_case("var") => {
                let parts: Vec<&Component> = inner.iter().filter(|c| !c.is_whitespace()).collect();
                let named = parts.first().and_then(|c| c.ident()).filter(|name| name.starts_with("--"));
                let Some(name) = named else {
                    return Err(MarkupError::new(range.clone(), "`var()` takes a name with two dashes")
                        .hint("as `var(--accent)`"));
                };
                let comma = inner.iter().position(|c| c.kind == Kind::Comma);
                match (variables.get(name), comma) {
                    (Some(found), _) => push(found, &Variables::new(), out, Some(range))?,
                    (None, Some(comma)) => push(&inner[comma + 1..], variables, out, Some(range))?,
                    (None, None) => {
                        let known = variables.keys().map(|name| &**name);
                        return Err(MarkupError::new(range.clone(), format!("there is no variable `{}`", shown(name)))
                            .maybe_hint(did_you_mean(name, known).or_else(|| {
                                Some(format!("set it with `:root {{ {}: … }}`, or write a value for its absence: `var({}, …)`", shown(name), shown(name)))
                            })));
                    }
                }
                continue;
            }
            Kind::Function(name, inner) => Kind::Function(name.clone(), block(inner)?),
            Kind::Parentheses(inner) => Kind::Parentheses(block(inner)?),
            Kind::Brackets(inner) => Kind::Brackets(block(inner)?),
            Kind::Braces(inner) => Kind::Braces(block(inner)?),
            other => other.clone(),
        };
        out.push(Component { kind, range: range.clone() });
    }
    Ok(())
}

/// Sets custom properties on top of `inherited`, in order; values that use one another are put together. A circle is a
/// mistake, and so is a name that is not there; what cannot be made stands as `initial`, so that one mistake is told once.
pub fn define<'a>(
    inherited: &Arc<Variables>,
    customs: impl Iterator<Item = (&'a Arc<str>, &'a Arc<[Component]>)>,
) -> (Arc<Variables>, Vec<MarkupError>) {
    let mut own: Variables = Variables::new();
    for (name, value) in customs {
        own.insert(name.clone(), value.clone());
    }
    if own.is_empty() {
        return (inherited.clone(), Vec::new());
    }
    let mut settled: Variables = (**inherited).clone();
    for name in own.keys() {
        settled.remove(name);
    }
    let mut mistakes = Vec::new();
    let initial = |range: Range<usize>| {
        Arc::<[Component]>::from([Component { kind: Kind::Ident("initial".into()), range }])
    };
    // Each round settles those whose variables are settled: as many rounds as there are names, at most.
    while !own.is_empty() {
        let ready: Vec<Arc<str>> =
            own.iter().filter(|(_, value)| !uses_any(value, &own)).map(|(name, _)| name.clone()).collect();
        if ready.is_empty() {
            let (name, value) = own
                .iter()
                .next()
                .map(|(name, value)| (name.clone(), value.clone()))
                .unwrap_or_else(|| (Arc::from(""), Arc::from([])));
            let range = value.first().map_or(0..0, |c| c.range.clone());
            let words = format!("the variable `{}` is made from itself", shown(&name));
            mistakes.push(MarkupError::new(range.clone(), words));
            settled.extend(std::mem::take(&mut own).into_keys().map(|name| (name, initial(range.clone()))));
        }
        for name in ready {
            if let Some(value) = own.remove(&name) {
                let value = match has_var(&value).then(|| substitute(&value, &settled)) {
                    None => value,
                    Some(Ok(value)) => Arc::from(value),
                    Some(Err(error)) => {
                        let range = error.range.clone();
                        // What is made from one that grows grows too.
                        if !mistakes.iter().any(|known: &MarkupError| known.message == error.message) {
                            mistakes.push(error);
                        }
                        initial(range)
                    }
                };
                settled.insert(name, value);
            }
        }
    }
    (Arc::new(settled), mistakes)
}

/// True where a value uses one of the given variables.
fn uses_any(value: &[Component], names: &Variables) -> bool {
    value.iter().any(|component| match &component.kind {
        Kind::Function(function, inner) => {
            (function.eq_ignore_ascii_case("var")
                && inner.iter().find_map(Component::ident).is_some_and(|name| names.contains_key(name)))
                || uses_any(inner, names)
        }
        Kind::Parentheses(inner) | Kind::Brackets(inner) | Kind::Braces(inner) => uses_any(inner, names),
        _ => false,
    })
}
