from loadgen.config import RetryBudget
from loadgen.failover.budget import Budget


def test_the_floor_allows_a_few_attempts_without_any_exchange() -> None:
    budget = Budget(RetryBudget(ratio=0, min_per_s=0.2))
    spent = 0
    while budget.allows(0):
        budget.spend(0)
        spent += 1
    assert spent == 2


def test_exchanges_earn_their_share() -> None:
    budget = Budget(RetryBudget(ratio=0.5, min_per_s=0))
    budget.count_exchange(0)
    assert not budget.allows(0)
    budget.count_exchange(0)
    assert budget.allows(0)
    budget.spend(0)
    assert not budget.allows(0)


def test_what_is_ten_seconds_old_is_forgotten() -> None:
    budget = Budget(RetryBudget(ratio=0, min_per_s=0.1))
    budget.spend(0)
    assert not budget.allows(9.9)
    assert budget.allows(10)


def test_earned_attempts_expire_with_the_exchange_that_earned_them() -> None:
    budget = Budget(RetryBudget(ratio=1, min_per_s=0))
    budget.count_exchange(0)
    assert budget.allows(9.9)
    assert not budget.allows(10)
