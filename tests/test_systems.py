"""Sources that name each other's customers share one system of keys, whatever their files are called."""

import pytest

CRM = "customer_no,full_name,email\n" + "".join(f"{i},Person Number{i},p{i}@mail.com\n" for i in range(1, 21))
ORDERS = "order_no,customer_no,ordered_at,amount\n" + "".join(
    f"o{i},{i % 20 + 1}.0,2026-01-{i % 28 + 1:02d},{i + 10}.50\n" for i in range(40)
)


@pytest.fixture
def house(tmp_path):
    from conftest import House

    from gristmill import scaffold

    scaffold.init(tmp_path / "shop")
    return House(tmp_path / "shop")


def test_orders_added_beside_the_crm_take_its_system(house):
    house.write("data/crm.csv", CRM)
    house.write("data/purchases.csv", ORDERS.replace(".0,", ","))
    assert house("add", "data/crm.csv", "data/purchases.csv").exit_code == 0
    assert house.project.sources["purchases"].system == "crm"


def test_orders_added_later_take_the_system_of_contacts_entered_before(house):
    house.write("data/crm.csv", CRM)
    house.write("data/purchases.csv", ORDERS.replace(".0,", ","))
    assert house("add", "data/crm.csv").exit_code == 0
    done = house("add", "data/purchases.csv")
    assert "share one system of keys" in done.output + done.stderr
    assert house.project.sources["purchases"].system == "crm"


def test_orders_of_people_nobody_knows_stay_a_system_of_their_own(house):
    house.write("data/crm.csv", CRM)
    house.write("data/purchases.csv", ORDERS.replace(".0,", "99,"))
    assert house("add", "data/crm.csv", "data/purchases.csv").exit_code == 0
    assert house.project.sources["purchases"].system in (None, "purchases")
