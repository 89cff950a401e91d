//! Arguments in; words at the terminal and an exit status out.

mod args;
