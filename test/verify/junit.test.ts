/** JUnit's XML as it comes, and as it should not. */
import { expect, test } from "bun:test";
import { readJunit } from "../../src/verify/junit.ts";

const brief = (xml: string) =>
  readJunit(xml)?.map(({ about, suites, outcome, message, text }) =>
    [...suites.map(({ name }) => name), about.name, outcome, message, text.trim()].join("|"),
  ) ?? null;

test("nested suites, entities, CDATA, comments, several reports one after the other", () => {
  const one = `<?xml version="1.0"?><testsuites><testsuite name="a"><testsuite name='b > "c"'>
    <testcase name="x &lt;1&gt;"/><!-- <testcase name="no"/> -->
    <testcase name="y"><failure message="m&#10;n">t &amp; u<![CDATA[ <testcase name="no"/> ]]></failure></testcase>
    <testcase name="z"><system-out>fine</system-out><skipped/></testcase></testsuite></testsuite></testsuites>`;
  const two = `<testsuite name="d"><testcase name="w"><error>e</error></testcase></testsuite>`;
  expect(brief(`${one}\n${two}`)).toEqual([
    'a|b > "c"|x <1>|passed||',
    'a|b > "c"|y|failed|m\nn|t & u <testcase name="no"/>',
    'a|b > "c"|z|skipped||',
    "d|w|failed||e",
  ]);
});

test("cut off, or no report at all: null", () => {
  expect(brief('<testsuite><testcase name="a"/>')).toBeNull();
  expect(brief('<testsuite><testcase name="a"></testsuite>')).toBeNull();
  expect(brief('<testsuite><testcase name="a"/></testsui')).toBeNull();
  expect(brief("")).toBeNull();
  expect(brief("<html></html>")).toBeNull();
  expect(brief("<testsuite/>")).toEqual([]);
});
