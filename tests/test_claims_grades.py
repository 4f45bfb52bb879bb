"""What a claim's grade says agrees with what it rests on; titles fit a line."""

import pytest

from theory import claims


@pytest.mark.parametrize("name", claims.names())
def test_a_theorem_has_a_proof_and_numbers_alone_have_none(name):
    statement = claims.load(name)
    assert len(statement.title) <= 75
    for claim in statement.claims:
        grade = claim.grade or statement.grade
        if grade == "T":
            assert claim.proof.startswith("paper_notes.md"), claim.id
        if grade in "NM":
            assert not claim.proof and claim.expected != "holds", claim.id
        if claim.proof.startswith("arXiv"):  # somebody else's, and read
            assert grade in "AB", claim.id
