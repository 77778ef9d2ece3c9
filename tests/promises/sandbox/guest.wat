;; A component that does what it should, unless the record's id begins with `x`:
;; then it runs ATTACK. It hears of saved contacts only.
(module
  (import "wasi:keyvalue/store@0.2.0-draft" "open" (func $open (param i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.get"
    (func $get (param i32 i32 i32 i32)))
  (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.set"
    (func $set (param i32 i32 i32 i32 i32 i32)))
  (import "wasi:random/random@0.2.0" "get-random-bytes" (func $random (param i64 i32)))
  (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration"
    (func $timer (param i64) (result i32)))
  (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
  (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop_pollable (param i32)))
  (import "wasi:io/streams@0.2.0" "[method]input-stream.blocking-read"
    (func $read (param i32 i64 i32)))
  (import "wasi:http/types@0.2.0" "[constructor]fields" (func $fields (result i32)))
  (import "wasi:http/types@0.2.0" "[method]fields.append"
    (func $append (param i32 i32 i32 i32 i32 i32)))
  (import "wasi:http/types@0.2.0" "[constructor]outgoing-request"
    (func $outgoing (param i32) (result i32)))
  (import "wasi:http/types@0.2.0" "[method]outgoing-request.set-method"
    (func $set_method (param i32 i32 i32 i32) (result i32)))
  (import "wasi:http/types@0.2.0" "[method]outgoing-request.set-scheme"
    (func $set_scheme (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi:http/types@0.2.0" "[method]outgoing-request.set-authority"
    (func $set_authority (param i32 i32 i32 i32) (result i32)))
  (import "wasi:http/types@0.2.0" "[method]outgoing-request.set-path-with-query"
    (func $set_path (param i32 i32 i32 i32) (result i32)))
  (import "wasi:http/outgoing-handler@0.2.0" "handle"
    (func $handle (param i32 i32 i32 i32)))
  (import "wasi:http/types@0.2.0" "[method]future-incoming-response.subscribe"
    (func $subscribe (param i32) (result i32)))
  (import "wasi:http/types@0.2.0" "[method]future-incoming-response.get"
    (func $answer (param i32 i32)))
  (import "wasi:http/types@0.2.0" "[resource-drop]future-incoming-response"
    (func $drop_future (param i32)))
  (import "wasi:http/types@0.2.0" "[method]incoming-response.status"
    (func $status (param i32) (result i32)))
  (import "wasi:http/types@0.2.0" "[resource-drop]incoming-response"
    (func $drop_response (param i32)))
  (import "wasi:http/types@0.2.0" "[method]incoming-response.consume"
    (func $consume (param i32 i32)))
  (import "wasi:http/types@0.2.0" "[method]incoming-body.stream"
    (func $stream (param i32 i32)))
  (import "koppel:crm-sync/signer@1.1.0" "sign" (func $sign (param i32 i32 i32)))

  (memory (export "memory") 2)
  (table $table 1 funcref)
  (global $free (mut i32) (i32.const 65536))
  (global $cursor (mut i32) (i32.const 0))
  ;; 512: where imports put what they answer; 1024: the answer of the hook.
  (data (i32.const 256) "fine-status--error---refused-cut-off-at-end--no-such-store-nothing-there-memory")
  DATA

  (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32) (local $more i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (local.set $more (i32.sub
      (i32.add (i32.shr_u (global.get $free) (i32.const 16)) (i32.const 1))
      (memory.size)))
    (if (i32.gt_s (local.get $more) (i32.const 0))
      (then (drop (memory.grow (local.get $more)))))
    (local.get $at))

  ;; The answer `synced` with this code.
  (func $say (param $text i32) (param $length i32) (result i32)
    (i32.store (i32.const 1032) (local.get $text))
    (i32.store (i32.const 1036) (local.get $length))
    (i32.const 1024))

  ;; The answer `synced` with a word that a number of two or three digits follows.
  (func $say_number (param $text i32) (param $length i32) (param $n i32) (result i32)
    (memory.copy (i32.const 960) (local.get $text) (local.get $length))
    (i32.store8 (i32.add (i32.const 960) (local.get $length))
      (i32.add (i32.const 48) (i32.div_u (local.get $n) (i32.const 100))))
    (i32.store8 (i32.add (i32.const 961) (local.get $length))
      (i32.add (i32.const 48)
        (i32.rem_u (i32.div_u (local.get $n) (i32.const 10)) (i32.const 10))))
    (i32.store8 (i32.add (i32.const 962) (local.get $length))
      (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
    (call $say (i32.const 960) (i32.add (local.get $length) (i32.const 3))))

  ;; The answer `deferred` with the code `fine`; the body of it stands at 1032.
  (func $defer (result i32)
    (drop (call $say (i32.const 256) (i32.const 4)))
    (i32.store8 (i32.const 1024) (i32.const 2))
    (i32.const 1024))

  ;; Asks for so many changes, which stand in zeroes from `at` on.
  (func $changes (param $at i32) (param $count i32) (result i32)
    (i32.store (i32.const 1112) (local.get $at))
    (i32.store (i32.const 1116) (local.get $count))
    (call $say (i32.const 256) (i32.const 4)))

  ;; A GET with one header more, where it is given; answers with the answer of
  ;; the hook: `status-200`, `error-015` (the case of `error-code`), `refused`.
  (func $request (param $method i32)
      (param $authority i32) (param $authority_length i32) (param $path i32) (param $path_length i32)
      (param $name i32) (param $name_length i32) (param $value i32) (param $value_length i32)
      (param $whole i32) (result i32)
    (local $headers i32) (local $request i32) (local $future i32) (local $waiting i32)
    (local.set $headers (call $fields))
    (if (local.get $name_length) (then
      (call $append (local.get $headers) (local.get $name) (local.get $name_length)
        (local.get $value) (local.get $value_length) (i32.const 512))
      (if (i32.load8_u (i32.const 512))
        (then (return (call $say (i32.const 277) (i32.const 7)))))))
    (local.set $request (call $outgoing (local.get $headers)))
    (drop (call $set_method (local.get $request) (local.get $method) (i32.const 0) (i32.const 0)))
    (drop (call $set_scheme (local.get $request) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
    (if (call $set_authority (local.get $request) (i32.const 1)
          (local.get $authority) (local.get $authority_length))
      (then (return (call $say (i32.const 277) (i32.const 7)))))
    (if (call $set_path (local.get $request) (i32.const 1) (local.get $path) (local.get $path_length))
      (then (return (call $say (i32.const 277) (i32.const 7)))))
    (call $handle (local.get $request) (i32.const 0) (i32.const 0) (i32.const 512))
    (if (i32.load8_u (i32.const 512)) (then
      (return (call $say_number (i32.const 269) (i32.const 6) (i32.load8_u (i32.const 520))))))
    (local.set $future (i32.load (i32.const 520)))
    (local.set $waiting (call $subscribe (local.get $future)))
    (call $block (local.get $waiting))
    (call $drop_pollable (local.get $waiting))
    (call $answer (local.get $future) (i32.const 512))
    (if (i32.load8_u (i32.const 528)) (then
      (call $drop_future (local.get $future))
      (return (call $say_number (i32.const 269) (i32.const 6) (i32.load8_u (i32.const 536))))))
    (call $drop_future (local.get $future))
    (if (local.get $whole)
      (then (return (call $body (i32.load (i32.const 536))))))
    (call $say_number (i32.const 261) (i32.const 7) (call $status (i32.load (i32.const 536))))
    (call $drop_response (i32.load (i32.const 536))))

  ;; Reads a body to its end, and forgets it: `at-end` or `cut-off`.
  (func $body (param $response i32) (result i32) (local $stream i32)
    (call $consume (local.get $response) (i32.const 512))
    (call $stream (i32.load (i32.const 516)) (i32.const 512))
    (local.set $stream (i32.load (i32.const 516)))
    (loop $more
      (call $read (local.get $stream) (i64.const 65536) (i32.const 512))
      (global.set $free (i32.const 65536))
      (br_if $more (i32.eqz (i32.load8_u (i32.const 512)))))
    (if (result i32) (i32.load8_u (i32.const 516))
      (then (call $say (i32.const 293) (i32.const 6)))
      (else (call $say (i32.const 285) (i32.const 7)))))

  ;; Opens a bucket; its handle stands at 516 afterwards.
  (func $bucket (param $name i32) (param $length i32)
    (call $open (local.get $name) (local.get $length) (i32.const 512)))

  (func $deep (param i32) (result i32)
    (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))

  (func $attack (result i32) (local $i i32) (local $j i32)
    ATTACK)

  (func (export "koppel:crm-sync/contacts@1.1.0#on-contact-saved") (param $in i32) (result i32)
    (global.set $cursor (i32.load8_u offset=36 (local.get $in)))
    (if (result i32) (i32.eq (i32.load8_u (i32.load offset=68 (local.get $in))) (i32.const 0x78))
      (then (call $attack))
      (else
        (call $bucket (i32.const 329) (i32.const 6))
        (call $set (i32.load (i32.const 516)) (i32.const 256) (i32.const 4)
          (i32.const 256) (i32.const 4) (i32.const 512))
        (call $say (i32.const 256) (i32.const 4))))))
