/**
 * Is the domain of the author that a reader sees authenticated, and what does its owner ask for where it is not: DMARC, RFC 9989.
 * {@link org.postern.dmarc.Dmarc#check} asks and judges; {@link org.postern.dmarc.FromField#of} says who the author is, and when nobody
 * can say.
 */
@NullMarked
package org.postern.dmarc;

import org.jspecify.annotations.NullMarked;
