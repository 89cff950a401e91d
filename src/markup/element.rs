//! A tag's or an attribute's name in; what the element may hold, where it may stand and which attributes it takes out.

use super::suggest::did_you_mean;
use super::tree::BoxRole;

/// Index into the table of elements; equal names, equal indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(u8);

/// What an element may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// `html`.
    Document,
    /// `head`.
    Head,
    /// Blocks, text and what stands in text.
    Flow,
    /// Text and what stands in text.
    Phrasing,
    /// Text alone.
    Text,
    /// `li` only.
    Items,
    /// `dt`, `dd`, and `div` round them.
    Descriptions,
    /// Captions, groups of rows and rows.
    Table,
    /// `tr` only.
    Rows,
    /// `td` and `th` only.
    Cells,
    /// Nothing: the element has no end tag.
    Nothing,
}

/// Where an element may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `html`, `head` and `body`.
    Root,
    /// In the head, or at the top of the body.
    Head,
    /// Among blocks.
    Block,
    /// In text, and among blocks.
    Inline,
    Item,
    Description,
    Caption,
    Group,
    Row,
    Cell,
    /// Directly in `body`.
    Running,
}

/// What an element becomes in the document tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    /// No node of its own.
    Nothing,
    Box(BoxRole),
    LineBreak,
    /// A place where a word may be broken.
    WordBreak,
    Image,
    Qr,
    Lines,
    Checkbox,
    Address,
    Link,
    Item,
    Table,
    TableHead,
    TableBody,
    TableRow,
    HeaderCell,
    Cell,
    PageHeader,
    PageFooter,
    PageNumber,
    PageCount,
    BuildMark,
}

pub struct ElementKind {
    pub name: &'static str,
    pub content: Content,
    pub place: Place,
    pub makes: Makes,
    /// Attributes besides those that every element takes.
    pub attributes: &'static [Attribute],
}

/// The attributes of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attribute {
    Class,
    Id,
    Lang,
    Dir,
    Style,
    Title,
    Role,
    AriaHidden,
    Alt,
    Src,
    Href,
    Colspan,
    Rowspan,
    Scope,
    Start,
    Value,
    Data,
    Count,
    Pitch,
    Cite,
    Charset,
}

const ATTRIBUTES: &[(&str, Attribute)] = &[
    ("class", Attribute::Class),
    ("id", Attribute::Id),
    ("lang", Attribute::Lang),
    ("dir", Attribute::Dir),
    ("style", Attribute::Style),
    ("title", Attribute::Title),
    ("role", Attribute::Role),
    ("aria-hidden", Attribute::AriaHidden),
    ("alt", Attribute::Alt),
    ("src", Attribute::Src),
    ("href", Attribute::Href),
    ("colspan", Attribute::Colspan),
    ("rowspan", Attribute::Rowspan),
    ("scope", Attribute::Scope),
    ("start", Attribute::Start),
    ("value", Attribute::Value),
    ("data", Attribute::Data),
    ("count", Attribute::Count),
    ("pitch", Attribute::Pitch),
    ("cite", Attribute::Cite),
    ("charset", Attribute::Charset),
];

/// Attributes that every element takes.
const GLOBAL: &[Attribute] = &[
    Attribute::Class,
    Attribute::Id,
    Attribute::Lang,
    Attribute::Dir,
    Attribute::Style,
    Attribute::Title,
    Attribute::Role,
    Attribute::AriaHidden,
];

impl Attribute {
    pub fn find(name: &str) -> Option<Self> {
        ATTRIBUTES.iter().find(|(known, _)| *known == name).map(|(_, attribute)| *attribute)
    }

    pub fn name(self) -> &'static str {
        ATTRIBUTES.iter().find(|(_, attribute)| *attribute == self).map_or("", |(name, _)| name)
    }
}

const fn kind(name: &'static str, content: Content, place: Place, makes: Makes) -> ElementKind {
    ElementKind { name, content, place, makes, attributes: &[] }
}

impl ElementKind {
    const fn with(self, attributes: &'static [Attribute]) -> Self {
        Self { attributes, ..self }
    }
}

const PLAIN: Makes = Makes::Box(BoxRole::None);
const SECTION: Makes = Makes::Box(BoxRole::Section);

use Content::{Cells, Descriptions, Flow, Items, Nothing, Phrasing, Rows};
use Place::{Block, Inline};

/// Sorted by name.
const ELEMENTS: &[ElementKind] = &[
    kind("a", Phrasing, Inline, Makes::Link).with(&[Attribute::Href]),
    kind("abbr", Phrasing, Inline, PLAIN),
    kind("address", Flow, Block, Makes::Address),
    kind("article", Flow, Block, SECTION),
    kind("aside", Flow, Block, SECTION),
    kind("b", Phrasing, Inline, PLAIN),
    kind("blockquote", Flow, Block, PLAIN).with(&[Attribute::Cite]),
    kind("body", Flow, Place::Root, PLAIN),
    kind("br", Nothing, Inline, Makes::LineBreak),
    kind("build-mark", Nothing, Inline, Makes::BuildMark),
    kind("caption", Flow, Place::Caption, PLAIN),
    kind("checkbox", Nothing, Inline, Makes::Checkbox),
    kind("cite", Phrasing, Inline, PLAIN),
    kind("dd", Flow, Place::Description, PLAIN),
    kind("div", Flow, Block, PLAIN),
    kind("dl", Descriptions, Block, PLAIN),
    kind("dt", Phrasing, Place::Description, PLAIN),
    kind("em", Phrasing, Inline, PLAIN),
    kind("figcaption", Flow, Block, PLAIN),
    kind("figure", Flow, Block, PLAIN),
    kind("footer", Flow, Block, PLAIN),
    kind("h1", Phrasing, Block, Makes::Box(BoxRole::Heading(1))),
    kind("h2", Phrasing, Block, Makes::Box(BoxRole::Heading(2))),
    kind("h3", Phrasing, Block, Makes::Box(BoxRole::Heading(3))),
    kind("h4", Phrasing, Block, Makes::Box(BoxRole::Heading(4))),
    kind("h5", Phrasing, Block, Makes::Box(BoxRole::Heading(5))),
    kind("h6", Phrasing, Block, Makes::Box(BoxRole::Heading(6))),
    kind("head", Content::Head, Place::Root, Makes::Nothing),
    kind("header", Flow, Block, PLAIN),
    kind("hr", Nothing, Block, Makes::Box(BoxRole::Artifact)),
    kind("html", Content::Document, Place::Root, Makes::Nothing),
    kind("i", Phrasing, Inline, PLAIN),
    kind("img", Nothing, Inline, Makes::Image).with(&[Attribute::Src, Attribute::Alt]),
    kind("li", Flow, Place::Item, Makes::Item).with(&[Attribute::Value]),
    kind("lines", Nothing, Block, Makes::Lines).with(&[Attribute::Count, Attribute::Pitch]),
    kind("main", Flow, Block, SECTION),
    kind("mark", Phrasing, Inline, PLAIN),
    kind("meta", Nothing, Place::Head, Makes::Nothing).with(&[Attribute::Charset]),
    kind("nav", Flow, Block, SECTION),
    kind("ol", Items, Block, Makes::Box(BoxRole::List)).with(&[Attribute::Start]),
    kind("p", Phrasing, Block, Makes::Box(BoxRole::Paragraph)),
    kind("page-count", Nothing, Inline, Makes::PageCount),
    kind("page-footer", Flow, Place::Running, Makes::PageFooter),
    kind("page-header", Flow, Place::Running, Makes::PageHeader),
    kind("page-number", Nothing, Inline, Makes::PageNumber),
    kind("q", Phrasing, Inline, PLAIN).with(&[Attribute::Cite]),
    kind("qr", Content::Text, Inline, Makes::Qr).with(&[Attribute::Data, Attribute::Alt]),
    kind("s", Phrasing, Inline, PLAIN),
    kind("section", Flow, Block, SECTION),
    kind("small", Phrasing, Inline, PLAIN),
    kind("span", Phrasing, Inline, PLAIN),
    kind("strong", Phrasing, Inline, PLAIN),
    kind("style", Content::Text, Place::Head, Makes::Nothing),
    kind("sub", Phrasing, Inline, PLAIN),
    kind("sup", Phrasing, Inline, PLAIN),
    kind("table", Content::Table, Block, Makes::Table),
    kind("tbody", Rows, Place::Group, Makes::TableBody),
    kind("td", Flow, Place::Cell, Makes::Cell).with(&[Attribute::Colspan, Attribute::Rowspan]),
    kind("tfoot", Rows, Place::Group, Makes::TableBody),
    kind("th", Flow, Place::Cell, Makes::HeaderCell).with(&[
        Attribute::Colspan,
        Attribute::Rowspan,
        Attribute::Scope,
    ]),
    kind("thead", Rows, Place::Group, Makes::TableHead),
    kind("title", Content::Text, Place::Head, Makes::Nothing),
    kind("tr", Cells, Place::Row, Makes::TableRow),
    kind("u", Phrasing, Inline, PLAIN),
    kind("ul", Items, Block, Makes::Box(BoxRole::List)),
    kind("wbr", Nothing, Inline, Makes::WordBreak),
];

/// Elements that HTML has and this language has not, and what to write.
const INSTEAD: &[(&str, &str)] = &[
    ("script", "paper runs no scripts"),
    ("link", "write the rules in `theme.css` or in a `style` element"),
    ("font", "use `span` with a style"),
    ("center", "use `text-align: center`"),
    ("strike", "use `s`"),
    ("del", "use `s`"),
    ("ins", "use `u`"),
    ("tt", "use `span` with `font-family: monospace`"),
    ("code", "use `span` with `font-family: monospace`"),
    ("pre", "use `p` with `white-space: pre-wrap`"),
    ("svg", "use `img`"),
    ("picture", "use `img`"),
    ("input", "use `checkbox` or `lines`"),
    ("textarea", "use `lines`"),
    ("form", "use `checkbox` and `lines`"),
    ("button", "paper has no buttons"),
    ("time", "use `span`"),
    ("details", "use `section`"),
    ("iframe", "paper shows no other pages"),
    ("video", "paper shows no films"),
    ("audio", "paper makes no sound"),
    ("col", "set `width` on the cells of the first row"),
    ("colgroup", "set `width` on the cells of the first row"),
];

/// For each letter, where the elements that begin with it begin.
const STARTS: [u8; 26] = {
    let mut starts = [0; 26];
    let mut letter = 0;
    while letter < 26 {
        let mut at = 0;
        while at < ELEMENTS.len() && ELEMENTS[at].name.as_bytes()[0] < b'a' + letter as u8 {
            at += 1;
        }
        starts[letter] = at as u8;
        letter += 1;
    }
    starts
};

impl Tag {
    pub fn find(name: &str) -> Option<Self> {
        let first = *name.as_bytes().first()?;
        let begin = *STARTS.get(usize::from(first.checked_sub(b'a')?))?;
        let rest = ELEMENTS.get(usize::from(begin)..)?;
        let same = rest
            .iter()
            .take_while(|kind| kind.name.as_bytes()[0] == first)
            .position(|kind| kind.name == name)?;
        u8::try_from(same).ok().map(|same| Self(begin + same))
    }

    pub fn kind(self) -> &'static ElementKind {
        &ELEMENTS[self.0 as usize % ELEMENTS.len()]
    }

    pub fn name(self) -> &'static str {
        self.kind().name
    }

    pub fn makes(self) -> Makes {
        self.kind().makes
    }

    /// One byte that stands for the element, for keys of caches.
    pub fn byte(self) -> u8 {
        self.0
    }

    pub fn takes(self, attribute: Attribute) -> bool {
        GLOBAL.contains(&attribute) || self.kind().attributes.contains(&attribute)
    }

    /// What to say about a name that is no element.
    pub fn hint(name: &str) -> Option<String> {
        let instead = INSTEAD.iter().find(|(other, _)| *other == name);
        instead
            .map(|(_, hint)| (*hint).to_owned())
            .or_else(|| did_you_mean(name, ELEMENTS.iter().map(|kind| kind.name)))
    }

    /// What to say about a name that is no attribute of this element.
    pub fn attribute_hint(self, name: &str) -> Option<String> {
        if name.starts_with("on") {
            return Some("paper runs no scripts".to_owned());
        }
        match name {
            "width" | "height" | "align" | "valign" | "bgcolor" | "border" | "color" | "size" => {
                return Some(format!("write it in CSS: `style=\"{}: …\"`", instead_in_css(name)));
            }
            "type" if matches!(self.name(), "ol" | "ul" | "li") => {
                return Some("use `list-style-type`".to_owned());
            }
            _ => {}
        }
        let own = GLOBAL.iter().chain(self.kind().attributes).map(|attribute| attribute.name());
        did_you_mean(name, own).or_else(|| match self.kind().attributes {
            [] => None,
            own => {
                let names: Vec<&str> = own.iter().map(|attribute| attribute.name()).collect();
                Some(format!("`{}` takes {}", self.name(), super::suggest::one_of(&names)))
            }
        })
    }
}

fn instead_in_css(attribute: &str) -> &str {
    match attribute {
        "align" => "text-align",
        "valign" => "vertical-align",
        "bgcolor" => "background",
        "size" => "font-size",
        other => other,
    }
}

impl Content {
    /// Why an element of `place` named `name` may not stand here; `None` where it may.
    pub fn refuses(self, place: Place, name: &str) -> Option<&'static str> {
        let allowed = match (self, place) {
            (_, Place::Root) => false,
            (Self::Document, _) => false,
            (Self::Head, place) => place == Place::Head,
            (Self::Flow, Block | Inline) | (Self::Phrasing, Inline) => true,
            (Self::Items, Place::Item) | (Self::Rows, Place::Row) | (Self::Cells, Place::Cell) => true,
            (Self::Descriptions, place) => place == Place::Description || name == "div",
            (Self::Table, place) => matches!(place, Place::Caption | Place::Group | Place::Row),
            _ => false,
        };
        (!allowed).then_some(match place {
            Place::Root => "it belongs at the top of the document",
            Place::Head => "it belongs in `head`, or at the top of the document",
            Place::Item => "put it in `ul` or `ol`",
            Place::Description => "put it in `dl`",
            Place::Caption => "put it in `table`",
            Place::Group => "put it in `table`",
            Place::Row => "put it in `table`, `thead`, `tbody` or `tfoot`",
            Place::Cell => "put it in `tr`",
            Place::Running => "put it directly in `body`",
            Block | Inline => match self {
                Self::Phrasing => "close the element round it first, or use a `div` there",
                Self::Items => "put it in a `li`",
                Self::Descriptions => "put it in a `dt` or `dd`",
                Self::Table | Self::Rows | Self::Cells => "put it in a `td`",
                Self::Head => "put it in `body`",
                _ => "only text may stand there",
            },
        })
    }

    /// True where text may stand.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Flow | Self::Phrasing | Self::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_finds_all() {
        assert!(ELEMENTS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for kind in ELEMENTS {
            assert_eq!(Tag::find(kind.name).map(Tag::name), Some(kind.name));
        }
        assert_eq!(Tag::find("script"), None);
    }

    #[test]
    fn advice_names_elements_that_exist() {
        for (name, _) in INSTEAD {
            assert_eq!(Tag::find(name), None, "{name}");
        }
    }
}
