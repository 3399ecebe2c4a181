;; The world `widening`: `tollgate:policy/policy` by means of `tollgate:script/policy`.
;;
;; Both forms of a view and of an outcome have their lists at the same offsets, and a column of n numbers is the same memory as one of
;; n times their width in bytes. So nothing is converted: on the way in lengths are multiplied, on the way out they are divided.
(module
  (import "tollgate:script/policy@0.1.0" "describe" (func $describe (param i32)))
  (import "tollgate:script/policy@0.1.0" "configure" (func $configure (param i32 i32 i32 i32)))
  (import "tollgate:script/policy@0.1.0" "process" (func $process (param i32 i32)))

  (memory (export "memory") 1)
  (data (i32.const 16) "this policy asked for no ticks")

  ;; Everything belongs to one call, and goes with it.
  (global $start i32 (i32.const 64))
  (global $free (mut i32) (i32.const 64))

  (func $realloc (export "cabi_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
    (local $new i32) (local $end i64)
    ;; 8 whatever was asked for: what comes as bytes goes on as numbers.
    (local.set $new (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (local.set $end (i64.add (i64.extend_i32_u (local.get $new)) (i64.extend_i32_u (local.get $size))))
    (if (i64.gt_u (local.get $end) (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16)))
      (then
        (if (i64.gt_u (local.get $end) (i64.const 0xFFFF0000)) (then unreachable))
        (if (i32.eq
              (memory.grow
                (i32.wrap_i64
                  (i64.sub
                    (i64.shr_u (i64.add (local.get $end) (i64.const 0xFFFF)) (i64.const 16))
                    (i64.extend_i32_u (memory.size)))))
              (i32.const -1))
          (then unreachable))))
    (global.set $free (i32.wrap_i64 (local.get $end)))
    (if (local.get $old)
      (then
        (memory.copy
          (local.get $new)
          (local.get $old)
          (select (local.get $old_size) (local.get $size) (i32.lt_u (local.get $old_size) (local.get $size))))))
    (local.get $new))

  (func $take (param $size i32) (result i32)
    (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (local.get $size)))

  (func $give_back (param i32)
    (global.set $free (global.get $start)))

  (func (export "tollgate:policy/policy@0.1.0#describe") (result i32)
    (local $answer i32)
    (local.set $answer (call $take (i32.const 32)))
    (call $describe (local.get $answer))
    (local.get $answer))
  (export "cabi_post_tollgate:policy/policy@0.1.0#describe" (func $give_back))

  (func (export "tollgate:policy/policy@0.1.0#configure") (param $config i32) (param $length i32) (param $compat i32) (result i32)
    (local $answer i32)
    (local.set $answer (call $take (i32.const 128)))
    (call $configure (local.get $config) (local.get $length) (local.get $compat) (local.get $answer))
    (local.get $answer))
  (export "cabi_post_tollgate:policy/policy@0.1.0#configure" (func $give_back))

  ;; A list of the view, `from` there and `to` in the script's form: its numbers are 1 << width bytes wide.
  (func $to_bytes (param $from i32) (param $to i32) (param $width i32)
    (i32.store (local.get $to) (i32.load (local.get $from)))
    (i32.store offset=4 (local.get $to) (i32.shl (i32.load offset=4 (local.get $from)) (local.get $width))))

  ;; A list of the outcome: its bytes are numbers again. Half a number is no answer.
  (func $to_numbers (param $list i32) (param $width i32)
    (local $length i32)
    (local.set $length (i32.load offset=4 (local.get $list)))
    (if (i32.and (local.get $length) (i32.sub (i32.shl (i32.const 1) (local.get $width)) (i32.const 1)))
      (then unreachable))
    ;; An empty list stands wherever the script's engine says, which may be where no number can.
    (if (i32.eqz (local.get $length)) (then (i32.store (local.get $list) (i32.const 8))))
    (i32.store offset=4 (local.get $list) (i32.shr_u (local.get $length) (local.get $width))))

  (func (export "tollgate:policy/policy@0.1.0#process") (param $view i32) (result i32)
    (local $script i32) (local $answer i32)
    (local.set $script (call $take (i32.const 88)))
    (local.set $answer (call $take (i32.const 160)))
    ;; signal
    (i32.store8 (local.get $script) (i32.load8_u (local.get $view)))
    ;; fields, nodes.kind, nodes.parent
    (call $to_bytes (i32.add (local.get $view) (i32.const 4)) (i32.add (local.get $script) (i32.const 4)) (i32.const 3))
    (call $to_bytes (i32.add (local.get $view) (i32.const 12)) (i32.add (local.get $script) (i32.const 12)) (i32.const 0))
    (call $to_bytes (i32.add (local.get $view) (i32.const 20)) (i32.add (local.get $script) (i32.const 20)) (i32.const 2))
    ;; cells.node, field, kind, value
    (call $to_bytes (i32.add (local.get $view) (i32.const 28)) (i32.add (local.get $script) (i32.const 28)) (i32.const 2))
    (call $to_bytes (i32.add (local.get $view) (i32.const 36)) (i32.add (local.get $script) (i32.const 36)) (i32.const 2))
    (call $to_bytes (i32.add (local.get $view) (i32.const 44)) (i32.add (local.get $script) (i32.const 44)) (i32.const 0))
    (call $to_bytes (i32.add (local.get $view) (i32.const 52)) (i32.add (local.get $script) (i32.const 52)) (i32.const 3))
    ;; text
    (call $to_bytes (i32.add (local.get $view) (i32.const 60)) (i32.add (local.get $script) (i32.const 60)) (i32.const 0))
    ;; now and seed: a pair of halves needs no room before it, a 64-bit number does.
    (i64.store align=4 (i32.add (local.get $script) (i32.const 68)) (i64.load offset=72 (local.get $view)))
    (i64.store align=4 (i32.add (local.get $script) (i32.const 76)) (i64.load offset=80 (local.get $view)))
    (call $process (local.get $script) (local.get $answer))
    (if (i32.load8_u (local.get $answer)) (then (return (local.get $answer))))
    ;; judgements: node, verdict, rule, argument; route-sets are lists of numbers already.
    (call $to_numbers (i32.add (local.get $answer) (i32.const 4)) (i32.const 2))
    (call $to_numbers (i32.add (local.get $answer) (i32.const 20)) (i32.const 2))
    (call $to_numbers (i32.add (local.get $answer) (i32.const 28)) (i32.const 2))
    ;; edits: op, target, field, kind, value, rule, fields
    (call $to_numbers (i32.add (local.get $answer) (i32.const 52)) (i32.const 2))
    (call $to_numbers (i32.add (local.get $answer) (i32.const 60)) (i32.const 2))
    (call $to_numbers (i32.add (local.get $answer) (i32.const 76)) (i32.const 3))
    (call $to_numbers (i32.add (local.get $answer) (i32.const 84)) (i32.const 2))
    (call $to_numbers (i32.add (local.get $answer) (i32.const 92)) (i32.const 3))
    ;; decisions: key, keep, rule
    (call $to_numbers (i32.add (local.get $answer) (i32.const 108)) (i32.const 3))
    (call $to_numbers (i32.add (local.get $answer) (i32.const 124)) (i32.const 2))
    (local.get $answer))
  (export "cabi_post_tollgate:policy/policy@0.1.0#process" (func $give_back))

  (func (export "tollgate:policy/policy@0.1.0#tick") (param $now i64) (param $seed i64) (result i32)
    (local $answer i32)
    (local.set $answer (call $take (i32.const 160)))
    (i32.store8 (local.get $answer) (i32.const 1))
    (i32.store offset=4 (local.get $answer) (i32.const 16))
    (i32.store offset=8 (local.get $answer) (i32.const 30))
    (local.get $answer))
  (export "cabi_post_tollgate:policy/policy@0.1.0#tick" (func $give_back)))
