/** The record of sessions, findings, verdicts and attempts: kept for a set time, and open to questions. */
@NullMarked
package org.postern.journal;

import org.jspecify.annotations.NullMarked;
