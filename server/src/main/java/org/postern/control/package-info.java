/**
 * What operators may ask of a server: one set of typed requests. {@link org.postern.control.ControlServer} answers them on a Unix
 * socket, {@link org.postern.control.Desk} answers them from a spool, whether a server runs or not.
 */
@NullMarked
package org.postern.control;

import org.jspecify.annotations.NullMarked;
