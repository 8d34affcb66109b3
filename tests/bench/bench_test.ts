/** That `deno task bench` reports, and what it compares is comparable. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Outcome, Peer, Start } from "../../bench/peer.ts";
import { start as loops } from "../../bench/peers/loops.ts";
import { start as makemore } from "../../bench/peers/makemore.ts";
import { start as tfjs } from "../../bench/peers/tfjs.ts";
import { median, time } from "../../bench/report.ts";
import { type Problem, tasksOf } from "../../bench/tasks.ts";
import { embeddedWords } from "../../mod.ts";
import { run as runProgram, withFolder } from "../processes.ts";

