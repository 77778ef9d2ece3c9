//! Trying a component out before it is used: everything that it offers is looked
//! up and compared with the contract, and it is asked who it is.

use super::UpdateError;
use crate::TenantId;
use crate::calls::{self, guest};
use crate::contract::about::Description;
use crate::contract::generated::exports::koppel::crm_sync as exports;
use crate::engine::ComponentFile;
use crate::host::{Host, INTERFACES};
use crate::inspect::with_hooks;
use crate::state::CallState;
use crate::store::StoreError;
use wasmtime::Store as WasmStore;
use wasmtime::component::Instance;

/// What every component offers: the exports of the world `connector`.
const REQUIRED: &[&str] = &[
    "about",
    "connection",
    "contacts",
    "actions",
    "schedule",
    "card",
];

/// What was found out.
pub(super) struct Probed {
    /// The component's own version.
    pub(super) version: String,
    /// Interfaces of the contract that it does not offer, with their hooks.
    pub(super) not_offered: Vec<String>,
}

/// Tries a component out, in an instance of its own and within the limits of a
/// call; it reaches nothing and nothing of it is kept.
pub(super) async fn probe(host: &Host, component: &ComponentFile) -> Result<Probed, UpdateError> {
    let lacking = |names: &[&'static str]| -> Vec<String> {
        let lacks = names.iter().filter(|it| !component.offers(it));
        lacks.map(|it| with_hooks(it)).collect()
    };
    let lacks = lacking(REQUIRED);
    if !lacks.is_empty() {
        return Err(UpdateError::Lacks(lacks));
    }
    let nobody = TenantId::new("nobody").map_err(|_| StoreError::Unreadable("tenant"))?;
    let prepared = host.prepare(&nobody, None).await?;
    let offered: Vec<&'static str> = INTERFACES
        .iter()
        .copied()
        .filter(|it| component.offers(it))
        .collect();
    let (answer, _state) = calls::call(component, prepared.state, move |store, instance| {
        Box::pin(async move { ask(store, instance, &offered).await })
    })
    .await;
    match answer {
        Err(failure) => Err(UpdateError::Silent(failure.code())),
        Ok(Err(unfit)) => Err(UpdateError::Unfit(unfit)),
        Ok(Ok(description)) => Ok(Probed {
            version: description.version,
            not_offered: lacking(INTERFACES),
        }),
    }
}

/// Looks everything up that is offered; what is not as the contract says, or who
/// the component is.
async fn ask(
    store: &mut WasmStore<CallState>,
    instance: &Instance,
    offered: &[&'static str],
) -> wasmtime::Result<Result<Description, Vec<String>>> {
    let mut unfit = Vec::new();
    for interface in offered {
        if fits(store, instance, interface).is_err() {
            unfit.push(with_hooks(interface));
        }
    }
    if !unfit.is_empty() {
        return Ok(Err(unfit));
    }
    let description = guest!(store, instance, about).call_describe(store).await?;
    Ok(Ok(description))
}

fn fits(
    store: &mut WasmStore<CallState>,
    instance: &Instance,
    interface: &str,
) -> wasmtime::Result<()> {
    match interface {
        "about" => {
            guest!(store, instance, about);
        }
        "connection" => {
            guest!(store, instance, connection);
        }
        "contacts" => {
            guest!(store, instance, contacts);
        }
        "actions" => {
            guest!(store, instance, actions);
        }
        "schedule" => {
            guest!(store, instance, schedule);
        }
        "card" => {
            guest!(store, instance, card);
        }
        "module-fields" => {
            guest!(store, instance, module_fields);
        }
        "stages" => {
            guest!(store, instance, stages);
        }
        "campaigns" => {
            guest!(store, instance, campaigns);
        }
        "campaign-forecasts" => {
            guest!(store, instance, campaign_forecasts);
        }
        "marketing-lists" => {
            guest!(store, instance, marketing_lists);
        }
        "shop" => {
            guest!(store, instance, shop);
        }
        "journeys" => {
            guest!(store, instance, journeys);
        }
        "reports" => {
            guest!(store, instance, reports);
        }
        other => wasmtime::bail!("`{other}` is not probed"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wit_parser::{Resolve, WorldItem};

    /// The interfaces that a world exports, in its order.
    fn exported(world: &str) -> Vec<String> {
        let mut resolve = Resolve::default();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
        let (package, _) = resolve.push_dir(folder).expect("the contract can be read");
        let world = resolve
            .select_world(&[package], Some(world))
            .expect("the world is there");
        let exports = &resolve.worlds[world].exports;
        let name = |item: &WorldItem| match item {
            WorldItem::Interface { id, .. } => resolve.interfaces[*id].name.clone(),
            WorldItem::Function(_) | WorldItem::Type { .. } => None,
        };
        exports.values().filter_map(name).collect()
    }

    #[test]
    fn what_is_required_is_what_the_world_connector_exports() {
        let mut required = exported("connector");
        required.sort();
        let mut ours = REQUIRED.to_vec();
        ours.sort_unstable();
        assert_eq!(ours, required);
        let mut complete = exported("complete");
        complete.sort();
        let mut all = INTERFACES.to_vec();
        all.sort_unstable();
        assert_eq!(all, complete);
    }
}
