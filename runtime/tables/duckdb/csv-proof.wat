;; Proves that no field of a CSV file's columns has a byte that it mustn't have, 64 bytes at a time: see csv-proof.ts.
;; `npm run kernel` makes csv-proof-wasm.ts of it. The memory has
;;
;;        0  of each column (a byte) 0 if it may have digits and minus signs only, 1 if it may have anything, 2 if it may
;;           have anything but underscores and what is no greater than a space; set to 1 where it has others
;;    65536  of each number up to columns + 64 (two bytes) what it is modulo the columns
;;   262144  bytes of the file
;;
;; In masks of 64 bytes bit 0 is the first byte's.
(module
  (memory (export "memory") 69)
  ;; Where it stands, from one call to the next: the column, whether in quotes (all bits), and of the byte before whether
  ;; it is a separator, a quote, one that closes, a carriage return, a line feed. It begins after the header's line.
  (global $column (mut i32) (i32.const 0))
  (global $inQuotes (mut i64) (i64.const 0))
  (global $afterSeparator (mut i64) (i64.const 1))
  (global $afterQuote (mut i64) (i64.const 0))
  (global $afterClosing (mut i64) (i64.const 0))
  (global $afterCr (mut i64) (i64.const 0))
  (global $afterLf (mut i64) (i64.const 1))
  (global $hasQuotes (mut i64) (i64.const 0))

  ;; Whether a quote was seen.
  (func (export "hasQuotes") (result i32)
    (i64.ne (global.get $hasQuotes) (i64.const 0)))

  ;; Whether a file of so many columns may end here.
  (func (export "mayEnd") (param $columns i32) (result i32)
    (i32.and
      (i64.eqz (i64.or (global.get $inQuotes) (global.get $afterCr)))
      (i32.or
        (i64.ne (global.get $afterLf) (i64.const 0))
        (i32.eq (global.get $column) (i32.sub (local.get $columns) (i32.const 1))))))

  ;; Goes on over the bytes up to $end; all but the last of a file have to be given in multiples of 64.
  ;; $delimiter and $quote are bytes, $quote -1 where there is none; $crlf is 1 where lines end with both.
  ;; Returns 1, or 0 where the rows aren't such that each field's column is known: another number of fields, an empty
  ;; line, another line end, a quote that neither begins nor ends a field.
  (func (export "scan")
    (param $at i32) (param $end i32) (param $columns i32) (param $delimiter i32) (param $quote i32) (param $crlf i32)
    (result i32)
    (local $v0 v128) (local $v1 v128) (local $v2 v128) (local $v3 v128)
    (local $vDelimiter v128) (local $vQuote v128)
    (local $valid i64) (local $lf i64) (local $cr i64) (local $quotes i64) (local $separators i64)
    (local $others i64) (local $spaces i64) (local $quoted i64) (local $bit i64) (local $rest i64)
    (local $column i32) (local $of i32) (local $inQuotes i64)
    (local $afterSeparator i64) (local $afterQuote i64) (local $afterClosing i64) (local $afterCr i64) (local $afterLf i64)
    (local.set $column (global.get $column))
    (local.set $inQuotes (global.get $inQuotes))
    (local.set $afterSeparator (global.get $afterSeparator))
    (local.set $afterQuote (global.get $afterQuote))
    (local.set $afterClosing (global.get $afterClosing))
    (local.set $afterCr (global.get $afterCr))
    (local.set $afterLf (global.get $afterLf))
    (local.set $vDelimiter (i8x16.splat (local.get $delimiter)))
    (local.set $vQuote (i8x16.splat (local.get $quote)))
    (block $done
      (loop $block
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $v0 (v128.load (local.get $at)))
        (local.set $v1 (v128.load offset=16 (local.get $at)))
        (local.set $v2 (v128.load offset=32 (local.get $at)))
        (local.set $v3 (v128.load offset=48 (local.get $at)))
        (local.set $valid (i64.const -1))
        (if (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 64))
          (then
            (local.set $valid
              (i64.sub
                (i64.shl (i64.const 1) (i64.extend_i32_u (i32.sub (local.get $end) (local.get $at))))
                (i64.const 1)))))
        (local.set $lf
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v0) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v1) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10)))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v2) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10)))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v3) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10)))) (i64.const 48)))))
        (local.set $separators
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v0) (local.get $vDelimiter))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v1) (local.get $vDelimiter)))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v2) (local.get $vDelimiter)))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v3) (local.get $vDelimiter)))) (i64.const 48)))))
        ;; All but digits and minus signs.
        (local.set $others
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (v128.andnot (i8x16.gt_u (i8x16.sub (local.get $v0) (v128.const i8x16 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48)) (v128.const i8x16 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9)) (i8x16.eq (local.get $v0) (v128.const i8x16 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45)))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.andnot (i8x16.gt_u (i8x16.sub (local.get $v1) (v128.const i8x16 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48)) (v128.const i8x16 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9)) (i8x16.eq (local.get $v1) (v128.const i8x16 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45))))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.andnot (i8x16.gt_u (i8x16.sub (local.get $v2) (v128.const i8x16 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48)) (v128.const i8x16 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9)) (i8x16.eq (local.get $v2) (v128.const i8x16 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45))))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.andnot (i8x16.gt_u (i8x16.sub (local.get $v3) (v128.const i8x16 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48)) (v128.const i8x16 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9)) (i8x16.eq (local.get $v3) (v128.const i8x16 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45 45))))) (i64.const 48)))))
        (local.set $lf (i64.and (local.get $lf) (local.get $valid)))
        (local.set $separators (i64.and (i64.or (local.get $separators) (local.get $lf)) (local.get $valid)))
        (local.set $others (i64.and (local.get $others) (local.get $valid)))
        (local.set $cr (i64.const 0))
        (local.set $quotes (i64.const 0))
        (local.set $quoted (i64.const 0))
        (if (v128.any_true (v128.or
              (v128.or (i8x16.eq (local.get $v0) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13)) (i8x16.eq (local.get $v1) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13)))
              (v128.or (i8x16.eq (local.get $v2) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13)) (i8x16.eq (local.get $v3) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13)))))
          (then
            (local.set $cr
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v0) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v1) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13)))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v2) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13)))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v3) (v128.const i8x16 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13 13)))) (i64.const 48)))))
            (local.set $cr (i64.and (local.get $cr) (local.get $valid)))))
        (if (i32.ge_s (local.get $quote) (i32.const 0))
          (then
            (local.set $quotes
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v0) (local.get $vQuote))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v1) (local.get $vQuote)))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v2) (local.get $vQuote)))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $v3) (local.get $vQuote)))) (i64.const 48)))))
            (local.set $quotes (i64.and (local.get $quotes) (local.get $valid)))
            (if (i64.ne
                  (i64.or (local.get $quotes) (i64.or (local.get $inQuotes) (i64.or (local.get $afterQuote) (local.get $afterClosing))))
                  (i64.const 0))
              (then
                ;; Set from a quote that opens to the byte before the one that closes: the parity of the quotes so far.
                (local.set $quoted (local.get $quotes))
                (local.set $quoted (i64.xor (local.get $quoted) (i64.shl (local.get $quoted) (i64.const 1))))
                (local.set $quoted (i64.xor (local.get $quoted) (i64.shl (local.get $quoted) (i64.const 2))))
                (local.set $quoted (i64.xor (local.get $quoted) (i64.shl (local.get $quoted) (i64.const 4))))
                (local.set $quoted (i64.xor (local.get $quoted) (i64.shl (local.get $quoted) (i64.const 8))))
                (local.set $quoted (i64.xor (local.get $quoted) (i64.shl (local.get $quoted) (i64.const 16))))
                (local.set $quoted (i64.xor (local.get $quoted) (i64.shl (local.get $quoted) (i64.const 32))))
                (local.set $quoted (i64.xor (local.get $quoted) (local.get $inQuotes)))
                (local.set $separators (i64.and (local.get $separators) (i64.xor (local.get $quoted) (i64.const -1))))
                (local.set $lf (i64.and (local.get $lf) (local.get $separators)))
                (local.set $cr (i64.and (local.get $cr) (i64.xor (local.get $quoted) (i64.const -1))))
                ;; One that opens follows a separator, or a quote that it doubles.
                (if (i64.ne
                      (i64.and
                        (i64.and (local.get $quotes) (local.get $quoted))
                        (i64.xor
                          (i64.const -1)
                          (i64.or
                            (i64.shl (i64.or (local.get $separators) (local.get $quotes)) (i64.const 1))
                            (i64.or (local.get $afterSeparator) (local.get $afterQuote)))))
                      (i64.const 0))
                  (then (return (i32.const 0))))
                ;; What follows one that closes is a separator, a line end or a quote.
                (local.set $bit (i64.and (local.get $quotes) (i64.xor (local.get $quoted) (i64.const -1))))
                (if (i64.ne
                      (i64.and
                        (i64.and (i64.or (i64.shl (local.get $bit) (i64.const 1)) (local.get $afterClosing)) (local.get $valid))
                        (i64.xor
                          (i64.const -1)
                          (i64.or (local.get $separators) (i64.or (local.get $quotes) (local.get $cr)))))
                      (i64.const 0))
                  (then (return (i32.const 0))))
                (local.set $afterClosing (i64.shr_u (local.get $bit) (i64.const 63)))
                (local.set $afterQuote (i64.shr_u (local.get $quotes) (i64.const 63)))
                (local.set $inQuotes (i64.shr_s (local.get $quoted) (i64.const 63)))
                (global.set $hasQuotes (i64.or (global.get $hasQuotes) (local.get $quotes)))))))
        ;; Line ends are all alike, and no line is empty.
        (if (local.get $crlf)
          (then
            (if (i64.ne
                  (i64.or
                    (i64.xor
                      (i64.and (i64.or (i64.shl (local.get $cr) (i64.const 1)) (local.get $afterCr)) (local.get $valid))
                      (local.get $lf))
                    (i64.and (local.get $cr) (i64.or (i64.shl (local.get $lf) (i64.const 1)) (local.get $afterLf))))
                  (i64.const 0))
              (then (return (i32.const 0)))))
          (else
            (if (i64.ne
                  (i64.or
                    (local.get $cr)
                    (i64.and (local.get $lf) (i64.or (i64.shl (local.get $lf) (i64.const 1)) (local.get $afterLf))))
                  (i64.const 0))
              (then (return (i32.const 0))))))
        (local.set $others
          (i64.and
            (local.get $others)
            (i64.xor (i64.const -1) (i64.or (local.get $separators) (i64.or (local.get $quotes) (local.get $cr))))))
        (if (v128.any_true (v128.or
              (v128.or
                (v128.or (i8x16.eq (local.get $v0) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95)) (i8x16.eq (local.get $v1) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95)))
                (v128.or (i8x16.eq (local.get $v2) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95)) (i8x16.eq (local.get $v3) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95))))
              (v128.or
                (v128.or (i8x16.lt_u (local.get $v0) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33)) (i8x16.lt_u (local.get $v1) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33)))
                (v128.or (i8x16.lt_u (local.get $v2) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33)) (i8x16.lt_u (local.get $v3) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33))))))
          (then
            (local.set $spaces
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $v0) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95)) (i8x16.lt_u (local.get $v0) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33)))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $v1) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95)) (i8x16.lt_u (local.get $v1) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33))))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $v2) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95)) (i8x16.lt_u (local.get $v2) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33))))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $v3) (v128.const i8x16 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95 95)) (i8x16.lt_u (local.get $v3) (v128.const i8x16 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33 33))))) (i64.const 48)))))
            (local.set $spaces (i64.and (local.get $spaces) (local.get $others)))
            (block $looked
              (loop $look
                (br_if $looked (i64.eqz (local.get $spaces)))
                (local.set $bit (i64.and (local.get $spaces) (i64.sub (i64.const 0) (local.get $spaces))))
                (local.set $spaces (i64.xor (local.get $spaces) (local.get $bit)))
                (local.set $of
                  (i32.load16_u offset=65536
                    (i32.shl
                      (i32.add
                        (local.get $column)
                        (i32.wrap_i64 (i64.popcnt (i64.and (local.get $separators) (i64.sub (local.get $bit) (i64.const 1))))))
                      (i32.const 1))))
                (if (i32.eq (i32.load8_u (local.get $of)) (i32.const 2))
                  (then (i32.store8 (local.get $of) (i32.const 1))))
                (br $look)))))
        ;; Of each field the first such byte, and the line's end.
        (local.set $rest (i64.or (local.get $others) (local.get $lf)))
        (block $looked
          (loop $look
            (br_if $looked (i64.eqz (local.get $rest)))
            (local.set $bit (i64.and (local.get $rest) (i64.sub (i64.const 0) (local.get $rest))))
            (local.set $of
              (i32.load16_u offset=65536
                (i32.shl
                  (i32.add
                    (local.get $column)
                    (i32.wrap_i64 (i64.popcnt (i64.and (local.get $separators) (i64.sub (local.get $bit) (i64.const 1))))))
                  (i32.const 1))))
            (local.set $rest (i64.and (local.get $rest) (i64.sub (i64.const 0) (i64.shl (local.get $bit) (i64.const 1)))))
            (if (i64.eqz (i64.and (local.get $bit) (local.get $lf)))
              (then
                (if (i32.eqz (i32.load8_u (local.get $of)))
                  (then (i32.store8 (local.get $of) (i32.const 1))))
                ;; On from the next separator.
                (local.set $bit
                  (i64.and
                    (local.get $separators)
                    (i64.sub (i64.const 0) (i64.shl (local.get $bit) (i64.const 1)))))
                (local.set $rest
                  (i64.and
                    (local.get $rest)
                    (i64.sub (i64.const 0) (i64.and (local.get $bit) (i64.sub (i64.const 0) (local.get $bit)))))))
              (else
                (if (i32.ne (local.get $of) (i32.sub (local.get $columns) (i32.const 1))) (then (return (i32.const 0))))))
            (br $look)))
        (local.set $column
          (i32.load16_u offset=65536
            (i32.shl
              (i32.add (local.get $column) (i32.wrap_i64 (i64.popcnt (local.get $separators))))
              (i32.const 1))))
        ;; Where the file ends within the block, its last byte's.
        (local.set $bit (i64.sub (local.get $valid) (i64.shr_u (local.get $valid) (i64.const 1))))
        (local.set $afterSeparator (i64.extend_i32_u (i64.ne (i64.and (local.get $separators) (local.get $bit)) (i64.const 0))))
        (local.set $afterCr (i64.extend_i32_u (i64.ne (i64.and (local.get $cr) (local.get $bit)) (i64.const 0))))
        (local.set $afterLf (i64.extend_i32_u (i64.ne (i64.and (local.get $lf) (local.get $bit)) (i64.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $block)))
    (global.set $column (local.get $column))
    (global.set $inQuotes (local.get $inQuotes))
    (global.set $afterSeparator (local.get $afterSeparator))
    (global.set $afterQuote (local.get $afterQuote))
    (global.set $afterClosing (local.get $afterClosing))
    (global.set $afterCr (local.get $afterCr))
    (global.set $afterLf (local.get $afterLf))
    (i32.const 1))
)
