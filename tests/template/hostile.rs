//! Templates that loop, grow or nest without end. Each runs in a process of its own, with small limits, and must end soon
//! with an error that names the template and what it took too much of.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use makekit::diag::{Fault, Report, Sources};
use makekit::template::{Bounds, RenderOptions, Subject, Templates};

use crate::{kit, support};

const VARIABLE: &str = "MAKEKIT_TEST_HOSTILE";

/// The stack of threads that render.
const STACK: usize = 64 << 20;
/// The case that needs the end of a stack to come soon.
const SMALL_STACK: &str = "list in a list";

struct Hostile {
    name: &'static str,
    files: fn() -> Vec<(String, String)>,
    /// What standard error must hold.
    says: &'static [&'static str],
    status: i32,
}

fn sheet(body: &str) -> Vec<(String, String)> {
    vec![("hostile.html".to_owned(), format!("+++\nper = \"kit\"\n+++\n{body}"))]
}

/// Parts that include one another ten times each, twelve levels deep.
fn include_bomb() -> Vec<(String, String)> {
    let mut files = sheet("{% include \"_0.html\" %}");
    for level in 0..12 {
        let body = format!("{{% include \"_{}.html\" %}}", level + 1).repeat(10);
        files.push((format!("_{level}.html"), body));
    }
    files.push(("_12.html".to_owned(), String::new()));
    files
}

fn chain(count: usize, how: &str) -> Vec<(String, String)> {
    let mut files = sheet(&format!("{{% {how} \"_0.html\" %}}"));
    for level in 0..count {
        files.push((format!("_{level}.html"), format!("{{% {how} \"_{}.html\" %}}", level + 1)));
    }
    files.push((format!("_{count}.html"), "end".to_owned()));
    files
}

const LOOP: &str = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}";
const CASES: &[Hostile] = &[
    Hostile {
        name: "nested loops",
        files: || sheet(&format!("{LOOP}{{% endfor %}}{{% endfor %}}")),
        says: &["`hostile.html` takes longer than the 1 s", "template-seconds"],
        status: 3,
    },
    Hostile {
        name: "include bomb",
        files: include_bomb,
        says: &["`hostile.html` takes longer than the 1 s"],
        status: 3,
    },
    Hostile {
        name: "endless output",
        files: || sheet(&format!("{LOOP}{}{{% endfor %}}{{% endfor %}}", "x".repeat(999))),
        says: &["`hostile.html` writes more than the 1 MiB", "template-output-bytes"],
        status: 3,
    },
    Hostile {
        name: "doubling text",
        files: || {
            sheet(&format!(
                "{{% set a = \"xxxx\" %}}{}{{{{ a | length }}}}",
                "{% set a = a ~ a %}".repeat(40)
            ))
        },
        says: &["`hostile.html` takes more memory than the 64 MiB", "template-memory"],
        status: 3,
    },
    Hostile {
        name: "growing replacement",
        files: || {
            let grow = "{% set a = a | replace(from=\"x\", to=\"xxxxxxxxxx\") %}".repeat(12);
            sheet(&format!("{{% set a = \"x\" %}}{grow}{{{{ a | length }}}}"))
        },
        says: &["`hostile.html` takes more memory than the 64 MiB"],
        status: 3,
    },
    Hostile {
        name: "captured output",
        files: || {
            sheet(&format!(
                "{{% set a %}}{LOOP}{}{{% endfor %}}{{% endfor %}}{{% endset %}}",
                "x".repeat(5_000)
            ))
        },
        says: &["`hostile.html` takes more memory than the 64 MiB"],
        status: 3,
    },
    Hostile {
        name: SMALL_STACK,
        files: || {
            let deeper = "{% for i in range(end=100000) %}{% set_global a = [a] %}{% endfor %}";
            sheet(&format!("{{% set a = [] %}}{deeper}{{{{ a }}}}"))
        },
        says: &["error: `hostile.html` is nested too deeply"],
        status: 3,
    },
    Hostile {
        name: "elif without end",
        files: || sheet(&format!("{{% if false %}}{}{{% endif %}}", "{% elif false %}".repeat(15_000))),
        says: &["`hostile.html` has more than 500 times `elif`"],
        status: 3,
    },
    Hostile {
        name: "as many elif as may be",
        files: || {
            sheet(&format!("{{% if false %}}{}{{% else %}}fine{{% endif %}}", "{% elif false %}".repeat(500)))
        },
        says: &["rendered: fine"],
        status: 0,
    },
    Hostile {
        name: "many values",
        files: || sheet(&"{{ 1 }}".repeat(37_000)),
        says: &["rendered: 1111"],
        status: 0,
    },
    Hostile {
        name: "too large",
        files: || sheet(&"x".repeat(300_000)),
        says: &["`hostile.html` is larger than the 256 KiB that are allowed", "template-bytes"],
        status: 3,
    },
    Hostile {
        name: "too many",
        files: || chain(600, "include"),
        says: &["there are 602 templates, more than the 500 that are allowed"],
        status: 3,
    },
    Hostile {
        name: "long chain of includes",
        files: || chain(498, "include"),
        says: &["rendered: end"],
        status: 0,
    },
    Hostile {
        name: "long chain of parents",
        files: || chain(498, "extends"),
        says: &["rendered: end"],
        status: 0,
    },
    Hostile {
        name: "component that calls itself",
        files: || sheet("{% component again() %}{{ <again /> }}{% endcomponent again %}{{ <again /> }}"),
        says: &["hostile", "recursion depth"],
        status: 1,
    },
    Hostile {
        name: "deep brackets",
        files: || sheet(&format!("{{{{ {}1{} }}}}", "[".repeat(50_000), "]".repeat(50_000))),
        says: &["templates/hostile.html:4:"],
        status: 1,
    },
    Hostile {
        name: "deep blocks",
        files: || sheet(&format!("{}{}", "{% if true %}".repeat(9_000), "{% endif %}".repeat(9_000))),
        says: &["templates/hostile.html:4:"],
        status: 1,
    },
];

/// In the child: does what the variable names, and ends the process.
pub fn run_as_child() {
    let Ok(name) = std::env::var(VARIABLE) else { return };
    let case = CASES.iter().find(|case| case.name == name).expect("a known case");
    let stack = if case.name == SMALL_STACK { 2 << 20 } else { STACK };
    let child = std::thread::Builder::new()
        .stack_size(stack)
        .spawn(move || render(&(case.files)(), if case.status == 3 { 1 } else { 10 }));
    let status = child.expect("a thread").join().unwrap_or(101);
    std::process::exit(status);
}

fn render(files: &[(String, String)], seconds: u64) -> i32 {
    let sources = Sources::default();
    let kit = kit::kit(&sources);
    let bounds = Bounds {
        time: Duration::from_secs(seconds),
        memory: 64 << 20,
        output_bytes: 1 << 20,
        ..Bounds::default()
    };
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let user = support::files(&sources, &files);
    let mut report = Report::default();
    if let Some(templates) = Templates::load_with(&[], &user, bounds, &sources, &mut report) {
        let renderer = templates.renderer(&kit, RenderOptions::default(), &mut report);
        match renderer.render(&templates.sheets()[0], &Subject::default()) {
            Ok(html) => eprintln!("rendered: {}", format!("{html:?}").trim_start_matches("Html(\"")),
            Err(mistakes) => mistakes.into_iter().for_each(|mistake| report.push(mistake)),
        }
    }
    let mut status = 0;
    for mistake in report.into_sorted(&sources) {
        eprintln!("{}", support::show(&mistake, &sources));
        status = status.max(if mistake.fault == Fault::Machine { 3 } else { 1 });
    }
    status
}

/// One test for each hostile template.
pub fn trials() -> Vec<Trial> {
    CASES.iter().map(|case| Trial::test(format!("hostile: {}", case.name), || check(case))).collect()
}

fn check(case: &Hostile) -> Result<(), Failed> {
    let begin = Instant::now();
    let child =
        Command::new(std::env::current_exe()?).env(VARIABLE, case.name).stdout(Stdio::null()).output()?;
    let took = begin.elapsed();
    let said = String::from_utf8_lossy(&child.stderr);
    if child.status.code() != Some(case.status) {
        return Err(format!("ended with {}, not {}, and said {said}", child.status, case.status).into());
    }
    for words in case.says {
        if !words.split('|').any(|either| said.contains(either)) {
            return Err(format!("did not say `{words}` but {said}").into());
        }
    }
    if took > Duration::from_secs(20) {
        return Err(format!("took {took:?}").into());
    }
    Ok(())
}
