package org.postern.policy;

import org.postern.finding.Finding;

/**
 * A finding, and what it earns here.
 *
 * @param why the action is milder than the profile's; empty when it is not
 */
public record Judged(Finding finding, Action action, String why) {}
