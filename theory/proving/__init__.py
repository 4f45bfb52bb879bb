"""What a proof is: statement, pieces, file and words; `theory.proof` finds them."""
