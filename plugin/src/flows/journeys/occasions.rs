//! What happens in the CRM or its shop starts and stops what is bound to it; what
//! is not bound does nothing (AU-04). Each start happens once: for a sign-up, a
//! cart, an order (AU-24, AU-26, AU-30).

use crate::codes;
use crate::crm::{Event, Facts, RecordRef};
use crate::flows::journeys::{Course, Item, Page, Verb, Work, rejected, usable_connection};
use crate::journey::field::Given;
use crate::journey::settings::Occasion;
use crate::memory::Memory;
use crate::outcome::{Actor, Answer, Outcome, Reason};
use crate::ports::Ports;

/// A cart or an order as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The shop's id of it.
    pub id: String,
    /// Whose it is.
    pub target: RecordRef,
    /// The ids of the products.
    pub products: Vec<String>,
    /// The link back.
    pub link: Option<String>,
    /// Its status.
    pub status: String,
    /// Further values.
    pub values: Facts,
}

/// Somebody signed up through a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUp {
    /// The CRM's id of it.
    pub id: String,
    /// The form's name.
    pub form: String,
    /// Who signed up.
    pub target: RecordRef,
    /// Further values.
    pub values: Facts,
}

/// Something that happened, whatever it was.
struct Happened<'a> {
    occasion: Occasion,
    rule: &'static str,
    /// The cart, order or sign-up.
    id: &'a str,
    target: &'a RecordRef,
    status: &'a str,
    given: Given,
}

/// The hook for carts.
pub async fn on_cart_changed<P: Ports>(ports: &P, event: &Event, cart: Purchase) -> Answer {
    purchase(ports, event, Occasion::Cart, "AU-26", cart).await
}

/// The hook for orders.
pub async fn on_order_changed<P: Ports>(ports: &P, event: &Event, order: Purchase) -> Answer {
    purchase(ports, event, Occasion::Order, "AU-30", order).await
}

async fn purchase<P: Ports>(
    ports: &P,
    event: &Event,
    occasion: Occasion,
    rule: &'static str,
    purchase: Purchase,
) -> Answer {
    let happened = Happened {
        occasion,
        rule,
        id: &purchase.id,
        target: &purchase.target,
        status: &purchase.status,
        given: Given {
            products: purchase.products,
            link: purchase.link,
            values: purchase.values,
        },
    };
    carry_out(ports, event, happened).await
}

/// The hook for sign-ups.
pub async fn on_signed_up<P: Ports>(ports: &P, event: &Event, input: SignUp) -> Answer {
    let happened = Happened {
        occasion: Occasion::SignUp,
        rule: "AU-24",
        id: &input.id,
        target: &input.target,
        status: &input.form,
        given: Given {
            values: input.values,
            ..Given::default()
        },
    };
    carry_out(ports, event, happened).await
}

async fn carry_out<P: Ports>(ports: &P, event: &Event, happened: Happened<'_>) -> Answer {
    let memory = Memory::new(ports);
    let connection = match usable_connection(&memory) {
        Ok(connection) => connection,
        Err(ended) => return *ended,
    };
    let course = Course::of(ports, &connection, event).with(happened.given.clone());
    let work = match course.resumed() {
        Some(work) => work,
        None => match bound(&course, &happened) {
            None => return rejected(codes::TRIGGER_MISSING, Actor::Administrator, "AU-06"),
            Some(items) if items.is_empty() => {
                let reason = Reason::new(codes::NOT_BOUND).with("status", happened.status);
                return Answer::of(Outcome::Skipped(reason)).because("AU-04", codes::NOT_BOUND);
            }
            Some(items) => Work::of(items),
        },
    };
    let answer = course.step(work, |_| Page::default()).await;
    let code = answer.outcome.code();
    answer.because(happened.rule, code)
}

/// What is bound to it, stops first; none where a trigger code is missing.
fn bound<P: Ports>(course: &Course<'_, P>, happened: &Happened<'_>) -> Option<Vec<Item>> {
    let Happened {
        occasion,
        id,
        target,
        status,
        ..
    } = *happened;
    let word = match occasion {
        Occasion::SignUp => "sign-up",
        Occasion::Cart => "cart",
        Occasion::Order => "order",
    };
    let name = format!("{word}/{id}/{}", status.trim().to_lowercase());
    let bindings: Vec<_> = course.settings.bound(occasion, status).collect();
    let stops = bindings.iter().flat_map(|it| &it.stops);
    let stops = stops.map(|code| course.item(target, Verb::Stop, code, &name));
    let starts = bindings.iter().flat_map(|it| &it.starts);
    let starts = starts.map(|code| course.item(target, Verb::Start, code, &name));
    stops.chain(starts).collect()
}
