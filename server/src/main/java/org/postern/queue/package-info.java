/** What is due when: hands each message of the spool to a courier, again and again until it is delivered or held. */
@NullMarked
package org.postern.queue;

import org.jspecify.annotations.NullMarked;
