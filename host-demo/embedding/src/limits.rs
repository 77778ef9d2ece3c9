//! What one call may use. Every number has a unit in its name.

use std::time::Duration;

/// The bounds of one call of the component. A call that passes one is ended,
/// nothing of it remains, and it counts as a fault of the component, except
/// where the line says that the component is told.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Limits {
    /// Linear memory of the call, all memories together, in bytes.
    pub memory_bytes: usize,
    /// Elements of all tables of the call together.
    pub table_elements: usize,
    /// Things of the host (buckets, requests, answers, streams) that the call
    /// holds at the same time.
    pub resources: usize,
    /// Bytes that the component hands over to the host in one call of an import,
    /// or in its answer, before the host looks at them.
    pub handed_over_bytes: usize,
    /// Time that the component itself computes, waiting not counted.
    pub compute: Duration,
    /// Time that the whole call takes, waiting for Spotler included.
    pub call: Duration,
    /// Calls of all imports together.
    pub host_calls: u64,
    /// Requests to Spotler; the component is told (`HTTP-request-denied`).
    pub requests: u32,
    /// Requests that wait for Spotler at the same time; others wait their turn.
    pub requests_at_once: usize,
    /// Bytes of one request's body; the component is told.
    pub request_body_bytes: u64,
    /// Bytes of one answer's body; the component is told.
    pub response_body_bytes: u64,
    /// Bytes of all answers' bodies together; the component is told.
    pub all_response_bytes: u64,
    /// Longest wait for a connection; the component is told.
    pub connect: Duration,
    /// Longest wait for the head of an answer, connecting included; the
    /// component is told, and may ask for less.
    pub first_byte: Duration,
    /// Longest pause within the body of an answer; likewise.
    pub between_bytes: Duration,
    /// Bytes of a key; the component is told.
    pub key_bytes: usize,
    /// Bytes of a value; the component is told.
    pub value_bytes: usize,
    /// Bytes of all values that are written; the component is told.
    pub written_bytes: usize,
    /// Keys that are written; the component is told.
    pub written_keys: usize,
    /// Bytes of the hook's answer, counted in its JSON form.
    pub answer_bytes: usize,
    /// Changes that an answer asks for, and rules that it names.
    pub changes: usize,
    /// Bytes of a cursor (the contract says 16 KiB).
    pub cursor_bytes: usize,
    /// Records in all `sync-again` of an answer (the contract says 1,000).
    pub sync_again: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            memory_bytes: 64 * MIB,
            table_elements: 20_000,
            resources: 10_000,
            handed_over_bytes: 32 * MIB,
            compute: Duration::from_secs(10),
            call: Duration::from_secs(120),
            host_calls: 100_000,
            requests: 1_000,
            requests_at_once: 8,
            request_body_bytes: 4 << 20,
            response_body_bytes: 16 << 20,
            all_response_bytes: 64 << 20,
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            between_bytes: Duration::from_secs(30),
            key_bytes: 512,
            value_bytes: MIB,
            written_bytes: 16 * MIB,
            written_keys: 20_000,
            answer_bytes: 8 * MIB,
            changes: 20_000,
            cursor_bytes: 16 << 10,
            sync_again: 1_000,
        }
    }
}
