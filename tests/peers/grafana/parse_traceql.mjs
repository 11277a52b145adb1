// Reads a JSON list of TraceQL queries from standard input, writes a list of what the grammar found
// wrong in each: an empty list where it is well.
import { readFileSync } from "node:fs";
import { parser } from "@grafana/lezer-traceql";

function problems(query) {
  const found = [];
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) found.push(`${node.from}: ${query.slice(node.from, node.to + 20)}`);
    },
  });
  return found;
}

const queries = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(queries.map(problems)));
