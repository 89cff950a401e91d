//! Takes the plural rules of a language as its strings file writes them; gives the category of a whole number.
//!
//! The syntax is that of Unicode Technical Standard 35, part 3, "Language Plural Rules", for whole numbers:
//! `n % 10 = 2..4 and n % 100 != 12..14 or n = 0`. The operands `n` and `i` are the number, all others are 0.

/// The categories, in the order in which their rules are tried.
pub(super) const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The rules of one language; what no rule takes is `other`.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    rules: Vec<(&'static str, Condition)>,
}

/// Alternatives of relations that must all hold.
type Condition = Vec<Vec<Relation>>;

#[derive(Debug, Clone, PartialEq)]
struct Relation {
    number: bool,
    modulus: Option<u64>,
    equal: bool,
    ranges: Vec<(u64, u64)>,
}

impl Relation {
    fn holds(&self, n: u64) -> bool {
        let value = if self.number { n } else { 0 };
        let value = self.modulus.map_or(value, |m| value % m);
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&value)) == self.equal
    }
}

impl Rules {
    /// Adds the rule of a category; what is wrong with it, in words, where it cannot be read.
    pub fn add(&mut self, category: &str, rule: &str) -> Result<(), String> {
        let Some(category) = CATEGORIES[..5].iter().find(|c| **c == category) else {
            return Err(format!(
                "no rule is written for `{category}`: the categories are zero, one, two, few, many"
            ));
        };
        let condition = rule
            .split(" or ")
            .map(|alternative| alternative.split(" and ").map(relation).collect())
            .collect::<Result<Condition, String>>()?;
        self.rules.push((category, condition));
        Ok(())
    }

    /// The category of a number.
    pub fn category(&self, n: u64) -> &'static str {
        let holds = |c: &Condition| c.iter().any(|relations| relations.iter().all(|r| r.holds(n)));
        self.rules.iter().find(|(_, condition)| holds(condition)).map_or("other", |(category, _)| category)
    }

    /// The categories that the language has.
    pub fn categories(&self) -> impl Iterator<Item = &'static str> {
        self.rules.iter().map(|(category, _)| *category).chain(["other"])
    }
}

fn relation(text: &str) -> Result<Relation, String> {
    let wrong = || format!("`{}` is no plural rule", text.trim());
    let (left, equal, right) = match text.split_once("!=") {
        Some((left, right)) => (left, false, right),
        None => text.split_once('=').map(|(left, right)| (left, true, right)).ok_or_else(wrong)?,
    };
    let (operand, modulus) = match left.split_once('%') {
        Some((operand, modulus)) => {
            (operand, Some(modulus.trim().parse::<u64>().ok().filter(|m| *m > 0).ok_or_else(wrong)?))
        }
        None => (left, None),
    };
    let number = match operand.trim() {
        "n" | "i" => true,
        "v" | "w" | "f" | "t" | "c" | "e" => false,
        _ => return Err(wrong()),
    };
    let ranges = right
        .split(',')
        .map(|range| {
            let (low, high) = range.split_once("..").unwrap_or((range, range));
            Some((low.trim().parse().ok()?, high.trim().parse().ok()?))
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(wrong)?;
    Ok(Relation { number, modulus, equal, ranges })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: &[(&str, &str)]) -> Rules {
        let mut all = Rules::default();
        for (category, rule) in rules {
            all.add(category, rule).unwrap();
        }
        all
    }

    #[test]
    fn polish_takes_few_for_2_to_4_but_not_for_12_to_14() {
        let polish = rules(&[
            ("one", "i = 1 and v = 0"),
            ("few", "v = 0 and i % 10 = 2..4 and i % 100 != 12..14"),
            (
                "many",
                "v = 0 and i != 1 and i % 10 = 0..1 or v = 0 and i % 10 = 5..9 or v = 0 and i % 100 = 12..14",
            ),
        ]);
        let found: Vec<_> = [0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 112].map(|n| polish.category(n)).into();
        let expected = ["many", "one", "few", "few", "many", "many", "many", "many", "many", "few", "many"];
        assert_eq!(found, expected);
        assert_eq!(polish.categories().collect::<Vec<_>>(), ["one", "few", "many", "other"]);
    }

    #[test]
    fn arabic_has_six_categories() {
        let arabic = rules(&[
            ("zero", "n = 0"),
            ("one", "n = 1"),
            ("two", "n = 2"),
            ("few", "n % 100 = 3..10"),
            ("many", "n % 100 = 11..99"),
        ]);
        let found: Vec<_> = [0, 1, 2, 3, 10, 11, 99, 100, 102, 103].map(|n| arabic.category(n)).into();
        assert_eq!(found, ["zero", "one", "two", "few", "few", "many", "many", "other", "other", "few"]);
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_refused() {
        let mut all = Rules::default();
        for rule in ["", "n", "n = x", "n % 0 = 1", "q = 1", "n = 1 and"] {
            assert!(all.add("one", rule).is_err(), "{rule}");
        }
        assert!(all.add("other", "n = 1").is_err());
        assert!(all.add("some", "n = 1").is_err());
    }
}
