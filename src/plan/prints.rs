//! The plan and what a sheet is about in; how many prints of it the event needs out.

use super::Plan;

/// How often the pieces of a sheet are printed for the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// Runs of the printed file: the least and the most that a piece needs.
    pub fewest: u32,
    pub most: u32,
    /// Prints of all pieces together.
    pub prints: u32,
}

/// Adds up the runs of pieces, each given as how many prints it needs and how many a run of the file gives.
pub fn runs(pieces: impl IntoIterator<Item = (u32, u32)>) -> Runs {
    let mut runs = Runs { fewest: u32::MAX, most: 0, prints: 0 };
    for (needed, printed) in pieces {
        let printed = printed.max(1);
        let of_piece = needed.div_ceil(printed).max(1);
        runs.fewest = runs.fewest.min(of_piece);
        runs.most = runs.most.max(of_piece);
        runs.prints = runs.prints.saturating_add(of_piece.saturating_mul(printed));
    }
    runs.fewest = runs.fewest.min(runs.most);
    runs
}

/// For whom a sheet is printed, as its front matter says (`print-for`): how many of each the event needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrintFor {
    /// One.
    Event,
    /// One for each table.
    Table,
    /// One for each participant.
    Person,
    /// One for each letter that is planned for its case or addressee.
    Letter,
}

/// Whom one piece of a sheet is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    Kit,
    /// A case by its id.
    Case(&'a str),
    /// A target of a case by its index there; `None`: the solidarity address.
    Addressee(&'a str, Option<usize>),
}

impl Plan {
    /// Prints of one piece that the event needs; 1 where the number that it depends on is missing.
    pub fn prints(&self, print_for: PrintFor, about: About<'_>) -> u32 {
        let wanted = match (print_for, about) {
            (PrintFor::Event, _) => Some(1),
            (PrintFor::Table, _) => self.tables,
            (PrintFor::Person, _) => self.participants,
            (PrintFor::Letter, About::Kit) => self.letters,
            (PrintFor::Letter, About::Case(id)) => {
                self.letters.and_then(|_| self.cases.iter().find(|case| &*case.id == id).map(|c| c.letters))
            }
            (PrintFor::Letter, About::Addressee(id, target)) => Some(self.copies(id, target)),
        };
        wanted.unwrap_or(1).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples::plan;

    #[test]
    fn prints_follow_people_tables_and_letters() {
        let plan = plan(Some(7));
        assert_eq!(plan.prints(PrintFor::Event, About::Kit), 1);
        assert_eq!(plan.prints(PrintFor::Table, About::Case("a")), 2);
        assert_eq!(plan.prints(PrintFor::Person, About::Kit), 7);
        assert_eq!(plan.prints(PrintFor::Letter, About::Kit), 21);
        assert_eq!(plan.prints(PrintFor::Letter, About::Case("a")), 11);
        assert_eq!(plan.prints(PrintFor::Letter, About::Addressee("a", Some(1))), 5);
        assert_eq!(plan.prints(PrintFor::Letter, About::Addressee("a", None)), 1);
    }

    #[test]
    fn a_file_that_holds_the_planned_quantities_is_printed_once() {
        assert_eq!(runs([(6, 6), (5, 5), (1, 1)]), Runs { fewest: 1, most: 1, prints: 12 });
        assert_eq!(runs([(6, 1), (5, 1), (1, 1)]), Runs { fewest: 1, most: 6, prints: 12 });
        assert_eq!(runs([(7, 2), (4, 2)]), Runs { fewest: 2, most: 4, prints: 12 });
        assert_eq!(runs([]), Runs { fewest: 0, most: 0, prints: 0 });
    }

    #[test]
    fn without_numbers_one_of_each_is_printed() {
        let plan = plan(None);
        for print_for in [PrintFor::Event, PrintFor::Table, PrintFor::Person, PrintFor::Letter] {
            for about in [About::Kit, About::Case("a"), About::Addressee("b", Some(0))] {
                assert_eq!(plan.prints(print_for, about), 1, "{print_for:?} {about:?}");
            }
        }
    }
}
