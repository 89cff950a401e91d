//! Style sheets in cascade order in; for an element of a raw tree, the declarations that apply to it out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::markup::css::selector::{Combinator, Compound, Position, SIBLINGS, Selector, Simple, Specificity};
use crate::markup::css::{Declaration, StyleSheet};
use crate::markup::element::{Attribute, Tag};
use crate::markup::html::{HTML, NONE, RawTree};

/// Where a declaration was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    BuiltIn,
    /// Index of the caller's style sheet.
    Sheet(usize),
    /// Index of the `style` element in the document.
    Embedded(usize),
    /// The element's own `style`.
    Attribute,
}

impl Origin {
    /// The built-in style sheet gives way to all others, whatever its specificity.
    fn level(self) -> u8 {
        match self {
            Self::BuiltIn => 0,
            Self::Sheet(_) | Self::Embedded(_) => 1,
            Self::Attribute => 2,
        }
    }
}

/// One selector of a rule and what it sets.
#[derive(Debug)]
struct Ranked {
    selector: Selector,
    origin: Origin,
    declarations: Arc<[Declaration]>,
}

/// What the style of an element depends on besides its path, name and attributes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// Bits of [`Rules::positions`].
    pub positions: u64,
    /// The exact place, because a selector asks for the place of a sibling before.
    pub place: bool,
    /// The siblings before.
    pub previous: bool,
}

impl Needs {
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// All rules of some style sheets, indexed.
#[derive(Debug, Default)]
pub struct Rules {
    ranked: Vec<Ranked>,
    by_tag: HashMap<Tag, Vec<u32>>,
    by_class: HashMap<Box<str>, Vec<u32>>,
    by_id: HashMap<Box<str>, Vec<u32>>,
    any: Vec<u32>,
    /// Compounds that ask for places or siblings, without those conditions.
    demanding: Vec<(Compound, Needs)>,
    /// The different positions that are asked for; 64 at most, later ones make `place` needed.
    positions: Vec<Position>,
    ids: HashSet<Box<str>>,
    /// Attributes that selectors ask for, besides class and id.
    pub attributes: BTreeSet<Attribute>,
}

impl Rules {
    pub fn new(sheets: &[(Origin, Arc<StyleSheet>)]) -> Self {
        let mut rules = Self::default();
        for (origin, sheet) in sheets {
            for rule in &sheet.rules {
                for selector in &rule.selectors {
                    rules.add(selector.clone(), *origin, rule.declarations.clone());
                }
            }
        }
        rules
    }

    fn add(&mut self, selector: Selector, origin: Origin, declarations: Arc<[Declaration]>) {
        let number = self.ranked.len() as u32;
        let is = &selector.subject.is;
        let id = is.iter().find_map(|simple| if let Simple::Id(id) = simple { Some(id) } else { None });
        let class =
            is.iter().find_map(|simple| if let Simple::Class(class) = simple { Some(class) } else { None });
        let tag =
            is.iter().find_map(|simple| if let Simple::Element(tag) = simple { Some(*tag) } else { None });
        let bucket = match (id, class, tag) {
            (Some(id), ..) => self.by_id.entry(id.clone()).or_default(),
            (_, Some(class), _) => self.by_class.entry(class.clone()).or_default(),
            (_, _, Some(tag)) => self.by_tag.entry(tag).or_default(),
            _ => &mut self.any,
        };
        bucket.push(number);
        self.note_needs(&selector);
        self.ranked.push(Ranked { selector, origin, declarations });
    }

    fn note_needs(&mut self, selector: &Selector) {
        let left_of = |at: usize| selector.others.get(at);
        let compounds = std::iter::once(&selector.subject).chain(selector.others.iter().map(|(_, c)| c));
        for (at, compound) in compounds.enumerate() {
            for simple in compound.is.iter().chain(&compound.not) {
                match simple {
                    Simple::Attribute(attribute, _) => {
                        self.attributes.insert(*attribute);
                    }
                    Simple::Id(id) => {
                        self.ids.insert(id.clone());
                    }
                    _ => {}
                }
            }
            let mut needs = Needs::default();
            for position in compound.positions() {
                self.need(position, &mut needs);
            }
            // The siblings that `+` looks back at, and whether their places matter.
            let mut back = at;
            while let Some((Combinator::Next, before)) = left_of(back) {
                needs.previous = true;
                needs.place |= before.positions().next().is_some();
                back += 1;
            }
            if !needs.is_none() {
                let plain = |all: &[Simple]| {
                    all.iter().filter(|simple| !matches!(simple, Simple::Position(_))).cloned().collect()
                };
                self.demanding.push((Compound { is: plain(&compound.is), not: plain(&compound.not) }, needs));
            }
        }
    }

    fn need(&mut self, position: Position, needs: &mut Needs) {
        let at = self.positions.iter().position(|known| *known == position).unwrap_or_else(|| {
            self.positions.push(position);
            self.positions.len() - 1
        });
        match 1_u64.checked_shl(at as u32) {
            Some(bit) => needs.positions |= bit,
            None => needs.place = true,
        }
    }

    /// What the style of this element depends on besides its path, name and attributes.
    pub fn needs(&self, raw: &RawTree, node: u32) -> Needs {
        let mut all = Needs::default();
        for (compound, needs) in &self.demanding {
            if holds(compound, raw, node) {
                all.positions |= needs.positions;
                all.place |= needs.place;
                all.previous |= needs.previous;
            }
        }
        all
    }

    /// Appends to the key of an element what it needs.
    pub fn push_needs(&self, needs: Needs, raw: &RawTree, node: u32, key: &mut Vec<u8>) {
        let (place, count) = place(raw, node);
        let mut bits = 0_u64;
        for (at, position) in self.positions.iter().take(64).enumerate() {
            if needs.positions >> at & 1 == 1 && position.holds(place, count) {
                bits |= 1 << at;
            }
        }
        // A mark that no attribute begins with: the long form of a key never equals a short one.
        key.push(0xFF);
        key.extend_from_slice(&bits.to_le_bytes());
        if needs.place {
            key.extend_from_slice(&place.to_le_bytes());
            key.extend_from_slice(&count.to_le_bytes());
        }
        if needs.previous {
            let mut before = raw.nodes[node as usize].previous;
            for _ in 0..SIBLINGS {
                if before == NONE {
                    key.push(0xFF);
                    break;
                }
                self.push_self(raw, before, key);
                before = raw.nodes[before as usize].previous;
            }
        }
    }

    /// Appends to a key what an element is by itself: its name and the attributes that matter.
    pub fn push_self(&self, raw: &RawTree, node: u32, key: &mut Vec<u8>) {
        key.push(raw.tag(node).map_or(0xFE, Tag::byte));
        for attribute in raw.attributes_of(node) {
            let value = raw.str(&attribute.value);
            let matters = match attribute.name {
                Attribute::Class | Attribute::Style | Attribute::Lang | Attribute::Dir => true,
                Attribute::Id => self.ids.contains(value),
                other => self.attributes.contains(&other),
            };
            if matters {
                key.push(attribute.name as u8);
                key.extend_from_slice(&(value.len() as u32).to_le_bytes());
                key.extend_from_slice(value.as_bytes());
            }
        }
        key.push(0xFD);
    }

    /// The declarations that apply, the weakest first.
    pub fn matching<'a>(
        &'a self,
        raw: &RawTree,
        node: u32,
        own: &'a [Declaration],
    ) -> Vec<(Origin, &'a Declaration)> {
        type Rank = (bool, u8, Specificity, usize);
        let mut found: Vec<(Rank, Origin, &Declaration)> = Vec::new();
        let mut consider = |numbers: &[u32]| {
            for number in numbers {
                let rule = &self.ranked[*number as usize];
                if matches(&rule.selector, raw, node) {
                    for declaration in rule.declarations.iter() {
                        let rank = (
                            declaration.important,
                            rule.origin.level(),
                            rule.selector.specificity,
                            *number as usize,
                        );
                        found.push((rank, rule.origin, declaration));
                    }
                }
            }
        };
        consider(&self.any);
        if let Some(numbers) = raw.tag(node).and_then(|tag| self.by_tag.get(&tag)) {
            consider(numbers);
        }
        let mut seen: Vec<&str> = Vec::new();
        for class in raw.value(node, Attribute::Class).unwrap_or_default().split_ascii_whitespace() {
            if let Some(numbers) = self.by_class.get(class).filter(|_| !seen.contains(&class)) {
                consider(numbers);
            }
            seen.push(class);
        }
        if let Some(numbers) = raw.value(node, Attribute::Id).and_then(|id| self.by_id.get(id)) {
            consider(numbers);
        }
        for declaration in own {
            let rank = (declaration.important, Origin::Attribute.level(), Specificity::default(), usize::MAX);
            found.push((rank, Origin::Attribute, declaration));
        }
        // Stable: the declarations of one rule keep their order.
        found.sort_by_key(|(rank, ..)| *rank);
        found.into_iter().map(|(_, origin, declaration)| (origin, declaration)).collect()
    }

    /// All declarations, for checks.
    pub fn declarations(&self) -> impl Iterator<Item = (Origin, &Selector, &Declaration)> {
        self.ranked.iter().flat_map(|rule| rule.declarations.iter().map(|d| (rule.origin, &rule.selector, d)))
    }
}

/// The place among the element siblings from 1, and how many there are.
fn place(raw: &RawTree, node: u32) -> (u32, u32) {
    let own = &raw.nodes[node as usize];
    let count = if own.parent == NONE { 1 } else { raw.nodes[own.parent as usize].elements };
    (own.place, count)
}

/// Matches from right to left, with the set of elements that each part can stand for: no part is tried twice on one
/// element, however the selector is made.
fn matches(selector: &Selector, raw: &RawTree, node: u32) -> bool {
    if !holds(&selector.subject, raw, node) {
        return false;
    }
    let mut candidates = vec![node];
    for (combinator, compound) in &selector.others {
        let mut next: Vec<u32> = Vec::new();
        for candidate in candidates {
            let own = &raw.nodes[candidate as usize];
            match combinator {
                Combinator::Next => next.push(own.previous),
                Combinator::Child => next.push(own.parent),
                Combinator::Descendant => {
                    let mut ancestor = own.parent;
                    while ancestor != NONE && !next.contains(&ancestor) {
                        next.push(ancestor);
                        ancestor = raw.nodes[ancestor as usize].parent;
                    }
                }
            }
        }
        next.retain(|candidate| *candidate != NONE && holds(compound, raw, *candidate));
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return false;
        }
        candidates = next;
    }
    true
}

fn holds(compound: &Compound, raw: &RawTree, node: u32) -> bool {
    compound.is.iter().all(|simple| is(simple, raw, node))
        && !compound.not.iter().any(|simple| is(simple, raw, node))
}

fn is(simple: &Simple, raw: &RawTree, node: u32) -> bool {
    match simple {
        Simple::Element(tag) => raw.tag(node) == Some(*tag),
        Simple::Class(class) => raw
            .value(node, Attribute::Class)
            .is_some_and(|value| value.split_ascii_whitespace().any(|word| *word == **class)),
        Simple::Id(id) => raw.value(node, Attribute::Id) == Some(&**id),
        Simple::Attribute(attribute, wanted) => match (raw.value(node, *attribute), wanted) {
            (Some(value), Some(wanted)) => *value == **wanted,
            (found, None) => found.is_some(),
            (None, Some(_)) => false,
        },
        Simple::Lang(wanted) => {
            let mut at = node;
            while at != NONE {
                if let Some(lang) = raw.value(at, Attribute::Lang) {
                    let head = lang.get(..wanted.len()).is_some_and(|head| head.eq_ignore_ascii_case(wanted));
                    return head && matches!(lang.as_bytes().get(wanted.len()), None | Some(b'-'));
                }
                at = raw.nodes[at as usize].parent;
            }
            false
        }
        Simple::Root => node == HTML,
        Simple::Position(position) => {
            let (place, count) = place(raw, node);
            position.holds(place, count)
        }
    }
}
