//! Calling the component: an instance of its own for each call, within limits.

use crate::answer;
use crate::bounds::Passed;
use crate::contract::generated::exports::koppel::crm_sync as exports;
use crate::contract::outcomes::Answer;
use crate::contract::types::Event as CallEvent;
use crate::crm::CrmError;
use crate::engine::ComponentFile;
use crate::input::Input;
use crate::limits::Limits;
use crate::meter::Meter;
use crate::settle::Failure;
use crate::state::CallState;
use futures::future::BoxFuture;
use std::sync::Arc;
use wasmtime::component::{Instance, ResourceTableError};
use wasmtime::{Store as WasmStore, UpdateDeadline};

/// A call that brought no answer: the failure, and what the call had done.
pub(crate) type Called<T> = (Result<T, Failure>, CallState);

/// Loads one exported interface; the others may be missing.
macro_rules! guest {
    ($store:expr, $instance:expr, $interface:ident) => {{
        let pre = $instance.instance_pre(&*$store);
        exports::$interface::GuestIndices::new(&pre)?.load(&mut *$store, $instance)?
    }};
}
pub(crate) use guest;

/// Makes an instance, lets `function` call it, and throws it away.
pub(crate) async fn call<T, F>(
    component: &ComponentFile,
    state: CallState,
    function: F,
) -> Called<T>
where
    T: Send,
    F: for<'a> FnOnce(
            &'a mut WasmStore<CallState>,
            &'a Instance,
        ) -> BoxFuture<'a, wasmtime::Result<T>>
        + Send,
{
    let limits = state.limits.clone();
    let mut store = WasmStore::new(component.pre().component().engine(), state);
    store.limiter(|state| &mut state.bounds);
    store.set_hostcall_fuel(limits.handed_over_bytes);
    let meter = Arc::new(Meter::default());
    bound_computing(&mut store, &limits, &meter);
    let called = async {
        let instance = component.pre().instantiate_async(&mut store).await?;
        function(&mut store, &instance).await
    };
    let answered = tokio::time::timeout(limits.call, meter.measure(called)).await;
    let result = match answered {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(classify(&error)),
        Err(_) => Err(Failure::Component("call-timeout")),
    };
    (result, store.into_data())
}

/// Gives way at every tick, and ends the call after so much computing.
fn bound_computing(store: &mut WasmStore<CallState>, limits: &Limits, meter: &Arc<Meter>) {
    let (most, meter) = (limits.compute, meter.clone());
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        Ok(if meter.computed() >= most {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::Yield(1)
        })
    });
}

/// Hands an event to its hook.
pub(crate) async fn hook(
    component: &ComponentFile,
    state: CallState,
    event: CallEvent,
    input: Input,
) -> Called<Answer> {
    let limits: Arc<Limits> = state.limits.clone();
    let (result, state) = call(component, state, move |store, instance| {
        Box::pin(async move { hand_in(store, instance, &event, &input).await })
    })
    .await;
    let checked = result.and_then(|it| match answer::check(&limits, &it) {
        Ok(()) => Ok(it),
        Err(code) => Err(Failure::Component(code)),
    });
    (checked, state)
}

async fn hand_in(
    store: &mut WasmStore<CallState>,
    instance: &Instance,
    event: &CallEvent,
    input: &Input,
) -> wasmtime::Result<Answer> {
    match input {
        Input::ContactSaved(it) => {
            guest!(store, instance, contacts)
                .call_on_contact_saved(store, event, it)
                .await
        }
        Input::SettingsSaved(it) => {
            guest!(store, instance, connection)
                .call_on_settings_saved(store, event, it)
                .await
        }
        Input::MappingSaved(it) => {
            guest!(store, instance, connection)
                .call_on_mapping_saved(store, event, it)
                .await
        }
        Input::Action(it) => {
            guest!(store, instance, actions)
                .call_run_action(store, event, it)
                .await
        }
        Input::Tick(it) => {
            guest!(store, instance, schedule)
                .call_on_tick(store, event, *it)
                .await
        }
        Input::ModuleFieldChanged(it) => {
            guest!(store, instance, module_fields)
                .call_on_module_field_changed(store, event, it)
                .await
        }
        Input::StageChanged(it) => {
            guest!(store, instance, stages)
                .call_on_stage_changed(store, event, it)
                .await
        }
        Input::CampaignExport(it) => {
            guest!(store, instance, campaigns)
                .call_export_campaign(store, event, it)
                .await
        }
        Input::ListChanged(list, change) => {
            guest!(store, instance, marketing_lists)
                .call_on_list_changed(store, event, list, change)
                .await
        }
        Input::CartChanged(it) => {
            guest!(store, instance, shop)
                .call_on_cart_changed(store, event, it)
                .await
        }
        Input::OrderChanged(it) => {
            guest!(store, instance, shop)
                .call_on_order_changed(store, event, it)
                .await
        }
        Input::JourneySettingsSaved(it) => {
            guest!(store, instance, journeys)
                .call_on_journey_settings_saved(store, event, it)
                .await
        }
        Input::SignedUp(it) => {
            guest!(store, instance, journeys)
                .call_on_signed_up(store, event, it)
                .await
        }
    }
}

/// The code of a failure. Its text is logged nowhere: a component could put
/// anything into it.
fn classify(error: &wasmtime::Error) -> Failure {
    if error.is::<CrmError>() || error.is::<sqlx::Error>() {
        return Failure::Host("crm-unavailable");
    }
    if let Some(Passed(code)) = error.downcast_ref::<Passed>() {
        return Failure::Component(code);
    }
    if matches!(
        error.downcast_ref::<ResourceTableError>(),
        Some(ResourceTableError::Full)
    ) {
        return Failure::Component("limit-resources");
    }
    // wasmtime keeps the type of this one to itself.
    if error.root_cause().to_string().starts_with(TOO_MUCH_DATA) {
        return Failure::Component("limit-handed-over");
    }
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(wasmtime::Trap::Interrupt) => Failure::Component("limit-compute"),
        Some(wasmtime::Trap::StackOverflow) => Failure::Component("stack-overflow"),
        Some(_) => Failure::Component("trap"),
        None => Failure::Component("limit-or-trap"),
    }
}

/// How wasmtime begins to say that `handed_over_bytes` is passed.
const TOO_MUCH_DATA: &str = "too much data is being copied between the host and the guest";
