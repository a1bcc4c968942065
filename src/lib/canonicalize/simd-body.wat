;; Body canonicalisation sixteen octets at a time: what copyWords of word-body.ts does, for long bodies. simd-body.ts calls it
;; while nothing is held back, and settles what it stops at. scripts/compile-wat.mjs makes simd-module.ts of this file.
;;
;; Each function reads the input from $at to $end, writes the output from $out on, at most 16 octets past $outEnd, and stops
;; where it needs to know more of what follows, or at octets that are not as usual. It returns where it stopped reading, and
;; leaves in $to where it stopped writing.
(module
  ;; 64 KB and a little for the output, 256 KB for the input (see simd-body.ts)
  (memory (export "memory") 6)
  (global $to (export "to") (mut i32) (i32.const 0))

  ;; Octets of the line end at $at: LF 1, CRLF 2, anything else 0.
  (func $lineEnd (param $at i32) (result i32)
    (if (result i32) (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x0a))
      (then (i32.const 1))
      (else (i32.shl (i32.eq (i32.load16_u (local.get $at)) (i32.const 0x0a0d)) (i32.const 1)))))

  (func $isVisible (param $at i32) (result i32)
    (i32.gt_u (i32.load8_u (local.get $at)) (i32.const 0x20)))

  ;; RFC 6376 section 3.4.3
  (func (export "simple") (param $at i32) (param $end i32) (param $out i32) (param $outEnd i32) (result i32)
    (local $octets v128) (local $marks i32) (local $next i32)
    (local.set $end (i32.sub (local.get $end) (i32.const 19)))
    (block $stop
      (loop $again
        (br_if $stop (i32.gt_s (local.get $at) (local.get $end)))
        (br_if $stop (i32.ge_u (local.get $out) (local.get $outEnd)))
        (v128.store (local.get $out) (local.tee $octets (v128.load (local.get $at))))
        ;; CR and LF
        (local.set $marks (i8x16.bitmask (v128.or
          (i8x16.eq (local.get $octets) (i8x16.splat (i32.const 0x0a)))
          (i8x16.eq (local.get $octets) (i8x16.splat (i32.const 0x0d))))))
        (if (i32.eqz (local.get $marks)) (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (local.set $out (i32.add (local.get $out) (i32.const 16)))
          (br $again)))
        (local.set $marks (i32.ctz (local.get $marks)))
        (local.set $at (i32.add (local.get $at) (local.get $marks)))
        (local.set $out (i32.add (local.get $out) (local.get $marks)))
        ;; a line end before an octet that is neither CR nor LF
        (br_if $stop (i32.eqz (local.tee $marks (call $lineEnd (local.get $at)))))
        (local.set $next (i32.load8_u (i32.add (local.get $at) (local.get $marks))))
        (br_if $stop (i32.eq (local.get $next) (i32.const 0x0a)))
        (br_if $stop (i32.eq (local.get $next) (i32.const 0x0d)))
        (i32.store16 (local.get $out) (i32.const 0x0a0d))
        (local.set $at (i32.add (local.get $at) (local.get $marks)))
        (local.set $out (i32.add (local.get $out) (i32.const 2)))
        (br $again)))
    (global.set $to (local.get $out))
    (local.get $at))

  ;; RFC 6376 section 3.4.4
  (func (export "relaxed") (param $at i32) (param $end i32) (param $out i32) (param $outEnd i32) (result i32)
    (local $octets v128) (local $marks i32) (local $next i32)
    (local.set $end (i32.sub (local.get $end) (i32.const 19)))
    (block $stop
      (loop $again
        (br_if $stop (i32.gt_s (local.get $at) (local.get $end)))
        (br_if $stop (i32.ge_u (local.get $out) (local.get $outEnd)))
        (v128.store (local.get $out) (local.tee $octets (v128.load (local.get $at))))
        ;; TAB to CR, and a space before a blank or a control
        (local.set $marks (i8x16.bitmask (v128.or
          (i8x16.lt_u
            (i8x16.sub (local.get $octets) (i8x16.splat (i32.const 0x09)))
            (i8x16.splat (i32.const 5)))
          (v128.and
            (i8x16.eq (local.get $octets) (i8x16.splat (i32.const 0x20)))
            (i8x16.le_u (v128.load offset=1 (local.get $at)) (i8x16.splat (i32.const 0x20)))))))
        (if (i32.eqz (local.get $marks)) (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (local.set $out (i32.add (local.get $out) (i32.const 16)))
          (br $again)))
        (local.set $marks (i32.ctz (local.get $marks)))
        (local.set $at (i32.add (local.get $at) (local.get $marks)))
        (local.set $out (i32.add (local.get $out) (local.get $marks)))
        ;; a line end before a visible octet, or before one space and a visible octet
        (br_if $stop (i32.eqz (local.tee $marks (call $lineEnd (local.get $at)))))
        (local.set $next (i32.add (local.get $at) (local.get $marks)))
        (if (i32.eq (i32.load8_u (local.get $next)) (i32.const 0x20)) (then
          (local.set $next (i32.add (local.get $next) (i32.const 1)))))
        (br_if $stop (i32.eqz (call $isVisible (local.get $next))))
        (i32.store16 (local.get $out) (i32.const 0x0a0d))
        (local.set $at (i32.add (local.get $at) (local.get $marks)))
        (local.set $out (i32.add (local.get $out) (i32.const 2)))
        (br $again)))
    (global.set $to (local.get $out))
    (local.get $at))

  ;; RFC 4870 section 3.4.2.2
  (func (export "nofws") (param $at i32) (param $end i32) (param $out i32) (param $outEnd i32) (result i32)
    (local $octets v128) (local $marks i32) (local $octet i32)
    (local.set $end (i32.sub (local.get $end) (i32.const 19)))
    (block $stop
      (loop $again
        (br_if $stop (i32.gt_s (local.get $at) (local.get $end)))
        (br_if $stop (i32.ge_u (local.get $out) (local.get $outEnd)))
        (v128.store (local.get $out) (local.tee $octets (v128.load (local.get $at))))
        ;; controls and spaces
        (local.set $marks (i8x16.bitmask (i8x16.le_u (local.get $octets) (i8x16.splat (i32.const 0x20)))))
        (if (i32.eqz (local.get $marks)) (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (local.set $out (i32.add (local.get $out) (i32.const 16)))
          (br $again)))
        (local.set $marks (i32.ctz (local.get $marks)))
        (local.set $at (i32.add (local.get $at) (local.get $marks)))
        (local.set $out (i32.add (local.get $out) (local.get $marks)))
        (local.set $octet (i32.load8_u (local.get $at)))
        (if (i32.eq (local.get $octet) (i32.const 0x0a))
          ;; before a visible octet
          (then
            (br_if $stop (i32.eqz (call $isVisible (i32.add (local.get $at) (i32.const 1)))))
            (i32.store16 (local.get $out) (i32.const 0x0a0d))
            (local.set $out (i32.add (local.get $out) (i32.const 2))))
          ;; SP, TAB and CR leave nothing behind
          (else
            (if (i32.ne (local.get $octet) (i32.const 0x20)) (then
              (if (i32.ne (local.get $octet) (i32.const 0x0d)) (then
                (br_if $stop (i32.ne (local.get $octet) (i32.const 0x09)))))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $again)))
    (global.set $to (local.get $out))
    (local.get $at)))
