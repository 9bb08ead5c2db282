// @vitest-environment node
import { expect, test } from "vitest";
import { give, opened, shipped } from "../engine/shipped";
import { shared } from "./shared";

const FIRST = {
  reception_point: "border_point",
  comm_mode: "speech",
  consent_intake: "given",
  consent_by: "parent",
  name_called: "Данило",
  sex: "male",
  return_channel: "volunteers",
  origin_type: "rf",
  home_oblast: "UA-46",
  home_settlement: "UA46060250010015970",
  accompaniment: "parent",
  escort_name: "Ремез Олена",
  siblings_here: "3",
  urgent_needs: "food_water",
};

test("the next child begins with what is the family's, and nothing of the child", async () => {
  const form = await opened("reception");
  give(form, FIRST);

  const answers = shared(form.filled(), shipped("reception"));

  expect(answers).toMatchObject({
    reception_point: "border_point",
    return_channel: "volunteers",
    origin_type: "rf",
    home_settlement: "UA46060250010015970",
    escort_name: "Ремез Олена",
    siblings_here: "3",
  });
  for (const name of ["name_called", "sex", "consent_intake", "consent_by", "urgent_needs", "safety_words"])
    expect(answers).not.toHaveProperty(name);
  expect(answers).not.toHaveProperty("sibling_group");
});

test("the group goes by the code of its first child, for the third child too", async () => {
  const first = await opened("reception");
  give(first, { ...FIRST, child_ref: "4КН7Т299" });
  const second = await opened("reception", {
    answers: shared(first.filled(), shipped("reception")),
  });
  give(second, { consent_intake: "given", child_ref: "" });

  const third = shared(second.filled(), shipped("reception"));

  expect(third.sibling_group).toBe("4КН7Т299");
});

test("a form of another kind shares nothing that it does not ask", async () => {
  const form = await opened("followup");

  expect(shared(form.filled(), shipped("followup"))).toEqual({});
});
