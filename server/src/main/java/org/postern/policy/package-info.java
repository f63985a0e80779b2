/** What is made of findings: profiles, actions, exceptions, lists of the operator's own, greylisting; the verdict and its words. */
@NullMarked
package org.postern.policy;

import org.jspecify.annotations.NullMarked;
