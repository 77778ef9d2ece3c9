//! Which licences and sources the dependencies have, held against `deny.toml`. That
//! file is cargo-deny's, for whoever has that program; compiling it here would take
//! longer than all else that this checks.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::repo;

/// Where dependencies may come from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What cargo knows of the workspace and everything below it.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Graph,
}

#[derive(Debug, Deserialize)]
struct Graph {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    /// `dev` or `build`; none for an ordinary one.
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    /// An SPDX expression; none where a file of its own says it.
    license: Option<String>,
    /// None for what lies in this repository.
    source: Option<String>,
}

/// What of `deny.toml` is looked at.
#[derive(Debug, Deserialize)]
struct Rules {
    licenses: Licences,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
struct Banned {
    name: String,
}

/// Refuses a dependency with a licence, a source or a name that is not allowed, and
/// names each of them.
pub(crate) fn check(root: &Path) -> Result<()> {
    let rules = toml::from_str(&repo::read(root, "deny.toml")?).context("`deny.toml`")?;
    let output = repo::cargo()
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()
        .context("could not run `cargo metadata`")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("the answer of `cargo metadata`")?;
    let wrong = faults(&metadata, &rules)?;
    if !wrong.is_empty() {
        bail!("`deny.toml` does not allow:\n{}", wrong.join("\n"));
    }
    Ok(())
}

/// What is built into something, by id: all but what only tests use, whose licence
/// binds nobody who gets a program of ours.
fn built_in(metadata: &Metadata) -> HashSet<&str> {
    let of: HashMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|it| (it.id.as_str(), it))
        .collect();
    let mut found = HashSet::new();
    let mut open: Vec<&str> = metadata
        .workspace_members
        .iter()
        .map(String::as_str)
        .collect();
    while let Some(id) = open.pop() {
        if !found.insert(id) {
            continue;
        }
        let is_built_in = |it: &&Dependency| {
            let mut kinds = it.dep_kinds.iter();
            kinds.any(|it| it.kind.as_deref() != Some("dev"))
        };
        let deps = of.get(id).map_or(&[][..], |it| &it.deps);
        open.extend(deps.iter().filter(is_built_in).map(|it| it.pkg.as_str()));
    }
    found
}

fn faults(metadata: &Metadata, rules: &Rules) -> Result<Vec<String>> {
    let built_in = built_in(metadata);
    let allowed = rules.licenses.allow.iter().map(|it| Licensee::parse(it));
    let allowed: Vec<Licensee> = allowed
        .collect::<Result<_, _>>()
        .context("`licenses.allow`")?;
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let Some(source) = &package.source else {
            continue;
        };
        let mut say = |what: String| {
            wrong.push(format!("{} {}: {what}", package.name, package.version));
        };
        if source != CRATES_IO {
            say(format!("it comes from {source}"));
        }
        if rules.bans.deny.iter().any(|it| it.name == package.name) {
            say("it is banned".to_owned());
        }
        match &package.license {
            _ if !built_in.contains(package.id.as_str()) => {}
            None => say("it has no licence".to_owned()),
            Some(licence) if !is_allowed(licence, &allowed) => say(licence.clone()),
            Some(_) => {}
        }
    }
    Ok(wrong)
}

fn is_allowed(licence: &str, allowed: &[Licensee]) -> bool {
    Expression::parse_mode(licence, ParseMode::LAX)
        .is_ok_and(|it| it.evaluate(|asked| allowed.iter().any(|one| one.satisfies(asked))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        toml::from_str(
            "[licenses]
             allow = ['MIT', 'Apache-2.0 WITH LLVM-exception']
             [bans]
             deny = [{ name = 'rusqlite' }]",
        )
        .expect("rules")
    }

    fn package(name: &str, license: Option<&str>, source: Option<&str>) -> Package {
        Package {
            id: name.to_owned(),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: license.map(str::to_owned),
            source: source.map(str::to_owned),
        }
    }

    fn of(package: Package) -> Vec<String> {
        used_as(None, package)
    }

    /// What is wrong with a package that ours has as a dependency of this kind.
    fn used_as(kind: Option<&str>, package: Package) -> Vec<String> {
        let kind = kind.map(str::to_owned);
        let ours = Node {
            id: "ours".to_owned(),
            deps: vec![Dependency {
                pkg: package.id.clone(),
                dep_kinds: vec![Kind { kind }],
            }],
        };
        let metadata = Metadata {
            packages: vec![package],
            workspace_members: vec!["ours".to_owned()],
            resolve: Graph { nodes: vec![ours] },
        };
        faults(&metadata, &rules()).expect("judged")
    }

    #[test]
    fn a_dependency_may_have_one_allowed_licence_of_several() {
        for licence in [
            "MIT",
            "MIT/GPL-3.0-only",
            "GPL-3.0-only OR Apache-2.0 WITH LLVM-exception",
        ] {
            let found = of(package("one", Some(licence), Some(CRATES_IO)));
            assert_eq!(found, Vec::<String>::new(), "{licence}");
        }
    }

    #[test]
    fn another_licence_is_named_and_so_is_none_and_one_that_cannot_be_read() {
        for licence in [
            Some("GPL-3.0-only"),
            Some("MIT AND GPL-3.0-only"),
            Some("Apache-2.0"),
            Some("whatever"),
            None,
        ] {
            let found = of(package("one", licence, Some(CRATES_IO)));
            assert_eq!(found.len(), 1, "{licence:?}");
            assert!(found[0].starts_with("one 1.0.0: "), "{found:?}");
        }
    }

    #[test]
    fn of_what_only_tests_use_the_source_counts_and_not_the_licence() {
        let gpl = || package("one", Some("GPL-3.0-only"), Some(CRATES_IO));
        assert_eq!(used_as(Some("dev"), gpl()), Vec::<String>::new());
        assert_eq!(used_as(Some("build"), gpl()).len(), 1);
        let elsewhere = package("one", Some("MIT"), Some("git+https://example.org"));
        assert_eq!(used_as(Some("dev"), elsewhere).len(), 1);
    }

    #[test]
    fn another_source_and_a_banned_name_are_refused_and_our_own_crates_are_not() {
        assert_eq!(of(package("ours", None, None)), Vec::<String>::new());
        let elsewhere = of(package("one", Some("MIT"), Some("git+https://example.org")));
        assert_eq!(
            elsewhere,
            ["one 1.0.0: it comes from git+https://example.org"]
        );
        let banned = of(package("rusqlite", Some("MIT"), Some(CRATES_IO)));
        assert_eq!(banned, ["rusqlite 1.0.0: it is banned"]);
    }
}
