// Runs one command of the test run: bounded in time, its output kept, nothing of it left running.

import { spawn } from "node:child_process";
import process from "node:process";

const running = new Set();

function killGroup(pid) {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH" && error.code !== "EPERM") throw error;
  }
}

/** Ends every job that still runs. */
export function killJobs() {
  for (const pid of running) killGroup(pid);
}

/**
 * Runs a command as the leader of its own process group. When it ends, or its time is up, the whole group is killed, so a
 * server that a test forgot cannot disturb the next one or hold the output open.
 */
export function runJob(command, args, { cwd, env, timeoutMs }) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let isLate = false;
    const append = (chunk) => output += chunk;
    child.stdout.setEncoding("utf8").on("data", append);
    child.stderr.setEncoding("utf8").on("data", append);
    const timer = setTimeout(() => {
      isLate = true;
      output += `\nKilled: still running after ${timeoutMs / 1000} s\n`;
      killGroup(child.pid);
    }, timeoutMs);
    const finish = (code) => {
      clearTimeout(timer);
      running.delete(child.pid);
      resolve({ code, isLate, output, seconds: (performance.now() - started) / 1000 });
    };
    if (child.pid !== undefined) running.add(child.pid);
    child.on("error", (error) => {
      output += `${error.message}\n`;
      finish(-1);
    });
    child.on("exit", () => killGroup(child.pid));
    child.on("close", (code, signal) => finish(code ?? signal));
  });
}
