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


LINES = "order_no,product_code,product_name,quantity,amount\n" + "".join(
    f"o{i},P{i % 5},Soap {i % 5},1,{i + 10}.50\n" for i in range(40)
)


def test_order_lines_take_the_system_of_their_orders(house):
    house.write("data/crm.csv", CRM)
    house.write("data/purchases.csv", ORDERS.replace(".0,", ","))
    house.write("data/items.csv", LINES)
    assert house("add", "data/crm.csv", "data/purchases.csv", "data/items.csv").exit_code == 0
    assert house.project.sources["purchases"].system == "crm"
    assert house.project.sources["items"].system == "crm"


def test_order_lines_added_before_their_orders_and_orders_before_their_contacts_share_one_system(house):
    house.write("data/crm.csv", CRM)
    house.write("data/purchases.csv", ORDERS.replace(".0,", ","))
    house.write("data/items.csv", LINES)
    assert house("add", "data/items.csv").exit_code == 0
    done = house("add", "data/purchases.csv")
    assert "purchases holds the orders that items names" in done.output + done.stderr
    assert house("add", "data/crm.csv").exit_code == 0
    assert {one.system or one.name for one in house.project.sources.values()} == {"items"}


def test_contacts_whom_no_order_names_stay_a_system_of_their_own(house):
    house.write("data/crm.csv", CRM)
    house.write("data/purchases.csv", ORDERS.replace(".0,", "99,"))
    assert house("add", "data/purchases.csv").exit_code == 0
    assert house("add", "data/crm.csv").exit_code == 0
    assert house.project.sources["crm"].system in (None, "crm")
