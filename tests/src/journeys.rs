//! What tests of journeys, shop and sign-ups share.

use host_demo::contract::{
    Binding, JourneySwitch, ManualAction, NamedValue, Occasion, Purchase, Standing,
};
use koppel_embedding::queue::Rejected;
use serde_json::json;
use spotler_sim::{Journey, JourneyDraft, Message, Participation, Progress, Request, StepDo};

use crate::{World, contact};

/// A message of a journey with this text.
#[must_use]
pub fn mail(subject: &str, body: &str) -> StepDo {
    StepDo::SendEmail(Message {
        name: subject.to_owned(),
        subject: Some(subject.to_owned()),
        body: body.to_owned(),
        ..Message::default()
    })
}

/// The code of a journey's own trigger.
#[must_use]
pub fn code(journey: &Journey) -> String {
    journey.triggers.first().expect("a trigger").code.clone()
}

/// A cart or an order of contact 1.
#[must_use]
pub fn purchase(id: &str, status: &str) -> Purchase {
    Purchase {
        id: id.to_owned(),
        target: contact("1"),
        products: vec!["p-1".to_owned(), "p-2".to_owned()],
        link: None,
        status: status.to_owned(),
        values: Vec::new(),
    }
}

/// A fact with a name.
#[must_use]
pub fn named(name: &str, value: &str) -> NamedValue {
    NamedValue {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

impl World {
    /// A journey that sends a message at once and another after a day.
    pub fn journey(&self, draft: JourneyDraft) -> Journey {
        let draft = draft
            .then(0, mail("Een", "1"))
            .then(86_400, mail("Twee", "2"));
        self.sim.ui_make_journey(draft).expect("a journey")
    }

    /// An action with parameters, for these contacts.
    pub fn action(operation: &str, ids: &[&str], parameters: &[(&str, &str)]) -> ManualAction {
        ManualAction {
            operation: operation.to_owned(),
            records: ids.iter().map(|id| contact(id)).collect(),
            selection: None,
            permissions: Vec::new(),
            fields: Vec::new(),
            parameters: parameters
                .iter()
                .map(|(name, value)| named(name, value))
                .collect(),
        }
    }

    /// Carries an operation out and answers with the code that it ended with.
    pub async fn operate(
        &self,
        operation: &str,
        ids: &[&str],
        parameters: &[(&str, &str)],
    ) -> String {
        let action = Self::action(operation, ids, parameters);
        self.host.run_action(action).await.expect("queued");
        self.run().await;
        self.last_reason_of("run-action").await
    }

    /// Starts a journey by hand.
    pub async fn start_journey(&self, ids: &[&str], journey: &Journey) -> String {
        let code = code(journey);
        self.operate("start-journey", ids, &[("trigger", &code)])
            .await
    }

    /// Binds an occasion to the start of a journey.
    pub async fn bind(&self, occasion: Occasion, status: &str, journey: &Journey) {
        let binding = Binding {
            id: status.to_owned(),
            occasion,
            status: status.to_owned(),
            starts: vec![code(journey)],
            stops: Vec::new(),
            own_confirmation: false,
        };
        self.host.crm().bind(binding).await.expect("bound");
        self.run().await;
    }

    /// The switch of a contact for a journey.
    pub async fn switch(&self, id: &str, journey: &Journey) -> JourneySwitch {
        let switches = self.host.switches(&contact(id)).await.expect("switches");
        let code = code(journey);
        let found = switches.into_iter().find(|it| it.trigger.code == code);
        found.expect("a switch")
    }

    /// What the switch of a contact shows for a journey.
    pub async fn standing(&self, id: &str, journey: &Journey) -> Standing {
        self.switch(id, journey).await.standing
    }

    /// The participations that still have steps to come.
    pub fn running(&self) -> Vec<Participation> {
        let all = self.sim.participations().into_iter();
        all.filter(|it| it.progress == Progress::Running).collect()
    }

    /// The requests that started a journey, whether they were answered or not.
    pub fn triggers_sent(&self) -> usize {
        let requests = self.sim.requests();
        let is_trigger = |line: &str| line.contains("/trigger/");
        requests.iter().filter(|it| is_trigger(&it.line())).count()
    }

    /// The rejections that wait for a person.
    pub async fn rejections(&self) -> Vec<Rejected> {
        let queue = self.host.crm().queue(100).await.expect("a queue");
        queue.rejected
    }

    /// The shop has synced these products to Spotler.
    pub fn sync_products(&self, ids: &[&str]) {
        for id in ids {
            let page = format!("https://shop.example/{id}");
            let product = json!({
                "externalId": id, "name": id, "link": page, "price": "100",
                "imageUrl": page, "imageLargeUrl": page,
            });
            let mut request = Request::new("POST", "/integrationservice/product");
            request.body = json!({ "product": product }).to_string().into_bytes();
            let answer = self.sim.answer_other_system(&request);
            assert_eq!(answer.status, 204, "product {id}");
        }
        self.sim.clear_requests();
    }

    /// The body of the last request of a pattern.
    pub fn last_body(&self, pattern: &str) -> serde_json::Value {
        let requests = self.sim.requests_to(pattern);
        let last = requests.last().expect("a request");
        serde_json::from_slice(&last.body).expect("JSON")
    }
}
