//! What is promised, each promise a test whose name is the sentence.

mod arrows;
mod contract;
mod support;
