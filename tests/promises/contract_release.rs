//! The contract against its latest release: what a CRM was built against goes on
//! working.
//!
//! `RELEASE_CONTRACT=1` keeps the contract as it is now under its version, in the
//! form that registries of components use; a version is never written twice.

use std::fs;
use std::path::Path;

use wit_component::{DecodedWasm, semver_check};
use wit_parser::{PackageId, Resolve, WorldId};

use crate::support::repository;

/// A contract, read.
struct Contract {
    resolve: Resolve,
    package: PackageId,
}

impl Contract {
    fn read(folder: &Path) -> Self {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder).expect("the contract parses");
        Self { resolve, package }
    }

    /// The release with the highest version.
    fn latest_release() -> Self {
        let folder = repository().join("wit/released");
        let of = |file: fs::DirEntry| {
            let bytes = fs::read(file.path()).expect("a release");
            match wit_component::decode(&bytes).expect("a contract") {
                DecodedWasm::WitPackage(resolve, package) => Self { resolve, package },
                DecodedWasm::Component(..) => panic!("{:?} is a component", file.path()),
            }
        };
        fs::read_dir(folder)
            .expect("the releases")
            .map(|it| of(it.expect("a file")))
            .max_by_key(|it| it.version().parse::<semver::Version>().expect("a version"))
            .expect("at least one release")
    }

    fn version(&self) -> String {
        let name = &self.resolve.packages[self.package].name;
        let version = name.version.as_ref().expect("a version");
        version.to_string()
    }

    fn world(&self, name: &str) -> WorldId {
        self.resolve.packages[self.package].worlds[name]
    }

    /// Gives it another version, so that two of one version can be compared.
    fn renumbered(mut self) -> Self {
        let package = &mut self.resolve.packages[self.package];
        let before = package.name.clone();
        let version = package.name.version.as_mut().expect("a version");
        version.pre = semver::Prerelease::new("compared").expect("a pre-release");
        let after = package.name.clone();
        self.resolve.package_names.shift_remove(&before);
        self.resolve.package_names.insert(after, self.package);
        self
    }
}

/// Whether whoever uses a world of `old` can use it as `new` says it. Interfaces
/// that `new` offers besides count where they are not `allowed`.
fn takes_back(old: Contract, new: Contract, world: &str, more: More) -> Option<String> {
    let old = old.renumbered();
    let (before, after) = (old.world(world), new.world(world));
    let mut resolve = new.resolve;
    let moved = resolve.merge(old.resolve).expect("two contracts");
    let before = moved.worlds[before.index()].expect("a world");
    let (known, all) = (exports(&resolve, before), exports(&resolve, after));
    // The check takes the side of components, which lose nothing by this.
    if let Some(dropped) = known.iter().find(|it| !all.contains(it)) {
        return Some(format!("no longer offered: {dropped}"));
    }
    if more == More::Allowed {
        let mut at = 0;
        resolve.worlds[after].exports.retain(|_, _| {
            at += 1;
            known.contains(&all[at - 1])
        });
    }
    semver_check(resolve, before, after)
        .err()
        .map(|it| format!("{it:#}"))
}

/// The names of the interfaces that a world offers, without versions.
fn exports(resolve: &Resolve, world: WorldId) -> Vec<String> {
    let name = |key: &wit_parser::WorldKey| {
        let name = resolve.name_world_key(key);
        name.split('@').next().unwrap_or_default().to_owned()
    };
    resolve.worlds[world].exports.keys().map(name).collect()
}

/// Whether a world may offer more interfaces than before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum More {
    /// Hosts ask for each by name.
    Allowed,
    /// Every component must have what is there.
    Refused,
}

const WORLDS: [(&str, More); 2] = [("connector", More::Refused), ("complete", More::Allowed)];

fn now() -> Contract {
    Contract::read(&repository().join("wit"))
}

/// Keeps the contract as it is now, if it was asked for.
fn release() {
    if std::env::var_os("RELEASE_CONTRACT").is_none() {
        return;
    }
    let now = now();
    let path = repository().join(format!("wit/released/{}.wasm", now.version()));
    if !path.exists() {
        let bytes = wit_component::encode(&now.resolve, now.package, false).expect("a contract");
        fs::write(path, bytes).expect("written");
    }
}

/// C27: what was released is kept: a CRM that was built against it works with
/// the contract as it is now.
#[test]
fn the_contract_takes_nothing_back_that_its_latest_release_promised() {
    for (world, more) in WORLDS {
        let broken = takes_back(Contract::latest_release(), now(), world, more);
        assert_eq!(broken, None, "{world}");
    }
}

/// C27: under one version there is one contract.
#[test]
fn a_contract_that_differs_from_its_release_has_another_version() {
    release();
    if Contract::latest_release().version() != now().version() {
        return;
    }
    for (world, _) in WORLDS {
        let differs = takes_back(now(), Contract::latest_release(), world, More::Refused);
        assert_eq!(differs, None, "{world}: give wit/ a higher version");
    }
}

/// The contract with one text replaced in one file.
fn edited(file: &str, from: &str, to: &str) -> Contract {
    let folder = tempfile::tempdir().expect("a folder");
    let wit = repository().join("wit");
    fs::create_dir(folder.path().join("deps")).expect("a folder");
    for part in ["", "deps"] {
        for entry in fs::read_dir(wit.join(part)).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|it| it != "wit") {
                continue;
            }
            let mut text = fs::read_to_string(&path).expect("a file");
            let name = path.file_name().expect("a name");
            if name == file {
                assert!(text.contains(from), "{file} has no `{from}`");
                text = text.replacen(from, to, 1);
            }
            fs::write(folder.path().join(part).join(name), text).expect("written");
        }
    }
    Contract::read(folder.path())
}

/// C27: the guard sees what would break a CRM, and lets through what does not.
#[test]
fn the_guard_catches_what_breaks_a_crm_and_nothing_else() {
    let renamed = || edited("contacts.wit", "on-contact-saved:", "on-contact-stored:");
    let dropped = || edited("world.wit", "    export journeys;\n", "");
    let demanded = || {
        edited(
            "world.wit",
            "export card;",
            "export card;\n    export shop;",
        )
    };
    for (made, world, more, breaks) in [
        (
            renamed as fn() -> Contract,
            "connector",
            More::Refused,
            true,
        ),
        (dropped, "complete", More::Allowed, true),
        (demanded, "connector", More::Refused, true),
        (demanded, "complete", More::Allowed, false),
    ] {
        let broken = takes_back(now(), made(), world, more);
        assert_eq!(broken.is_some(), breaks, "{world}: {broken:?}");
    }
    let without_shop = edited("world.wit", "    export shop;\n", "");
    let added = takes_back(without_shop, now(), "complete", More::Allowed);
    assert_eq!(added, None, "a hook that is new");
}
