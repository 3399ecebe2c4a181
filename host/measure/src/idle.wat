;; A policy that does nothing. Everything that it does not write is zero, and zeros are an empty description, an empty manifest and an
;; empty outcome, in the canonical ABI's layout of `wit/policy.wit`. What the host hands over lies behind the first page, until the call ends.
(module
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 65536))

  (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
    (local $place i32)
    (local.set $place (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $place) (local.get $size)))
    (block $enough
      (loop $more
        (br_if $enough (i32.ge_u (i32.shl (memory.size) (i32.const 16)) (global.get $heap)))
        (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
        unreachable))
    (local.get $place))

  (func (export "tollgate:policy/policy@0.1.0#describe") (result i32) (i32.const 1024))
  (func (export "tollgate:policy/policy@0.1.0#configure") (param i32 i32 i32) (result i32) (i32.const 8192))
  (func (export "tollgate:policy/policy@0.1.0#process") (param i32) (result i32)
    (global.set $heap (i32.const 65536))
    (i32.const 32768))
  (func (export "tollgate:policy/policy@0.1.0#tick") (param i64 i64) (result i32) (i32.const 32768)))
